-- run_as_check(queue, role, who): may the statement of a queue run as this role?
--
-- Parameters: queue, its name; role, its run_as; who, the role that the batch
--             connects as.
-- Returns:    nothing.
-- Errors:     ND403 it may not, and what to do.
-- Tables:     none.
--
-- A role that is one of ours, or could become one, or is a superuser, would
-- lift the statement above what it is to be held below.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_as_check(queue text, role text,
    who name)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	-- A member may set the role, but from version 16 on only with this option.
	may_set constant text := case
	    when current_setting('server_version_num')::integer >= 160000
	    then 'SET' else 'MEMBER' end;
	r pg_roles;
	ours text;
begin
	if role is null then
		raise exception 'queue % has no run_as, the role that its statement runs as: select nightdrop.queue_alter(''%'', ''{"run_as": "some_role"}'', ''why'')',
		    queue, queue using errcode = 'ND403';
	end if;
	select * into r from pg_roles o where o.rolname = role;
	if not found then
		raise exception 'queue %: there is no role %: create role %', queue,
		    role, quote_ident(role) using errcode = 'ND403';
	end if;
	select o.rolname into ours from pg_roles o
	where o.rolname in ('nightdrop_owner', 'nightdrop_batch',
		'nightdrop_dba', 'nightdrop_responder', 'nightdrop_monitor')
	    and pg_has_role(r.oid, o.oid, 'MEMBER')
	order by o.rolname limit 1;
	if r.rolsuper or ours is not null then
		raise exception 'queue %: % % and no statement is run as that: make a role of its own for the queue',
		    queue, role, case when r.rolsuper then 'is a superuser'
		    else 'is, or can become, ' || ours end
		    using errcode = 'ND403';
	end if;
	if not pg_has_role(r.oid, 'nightdrop_handler', 'USAGE') then
		raise exception 'queue %: % may not read nightdrop.job_in_hand: grant nightdrop_handler to %',
		    queue, role, quote_ident(role) using errcode = 'ND403';
	end if;
	if not pg_has_role(who, r.oid, may_set) then
		raise exception 'queue %: % may not become %: grant % to %',
		    queue, who, role, quote_ident(role), quote_ident(who)
		    using errcode = 'ND403';
	end if;
end
$$;

comment on function nightdrop.run_as_check(text, text, name) is
'Internal: refuses a role that the statement of a queue must not run as.';
revoke all on function nightdrop.run_as_check(text, text, name) from public;
