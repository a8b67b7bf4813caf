-- chunk_role(queue): the role that the queue's statement runs as.
--
-- Parameters: queue, its name.
-- Returns:    its run_as.
-- Errors:     ND404 no such queue; ND403 it has none, or one that will not do,
--             and what to do.
-- Tables:     queue.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.chunk_role(queue text)
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	role text;
begin
	select q.run_as into role from nightdrop.queue q
	where q.name = chunk_role.queue;
	if not found then
		raise exception 'there is no queue %', queue
		    using errcode = 'ND404';
	end if;
	perform nightdrop.run_as_check(queue, role, session_user);
	return role;
end
$$;

comment on function nightdrop.chunk_role(text) is
'The role that the statement of a .sql handler runs as, or what is wrong with it.';
revoke all on function nightdrop.chunk_role(text) from public;
grant execute on function nightdrop.chunk_role(text) to nightdrop_batch;
