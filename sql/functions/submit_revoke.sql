-- submit_revoke(queue, owner, reason): one who may not submit any more.
--
-- Parameters: as for submit_grant.
-- Returns:    what changed, in words.
-- Errors:     ND404 no such queue; ND409 it is the last grant: without any,
--             anybody could submit, and a verb that takes something away must
--             not give it to all; ND422 no reason.
-- Tables:     queue, audit.
--
-- What was submitted before stays.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.submit_revoke(queue text, owner text,
    reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	before text[];
begin
	select q.submitters into before from nightdrop.queue q
	where q.name = submit_revoke.queue for no key update;
	if before = array[owner] then
		raise exception 'queue %: % is the last; without any, anybody could submit',
		    queue, owner using errcode = 'ND409',
		    hint = 'queue_close stops all; queue_alter with "submitters": [] lets anybody in';
	end if;
	return nightdrop.queue_set(queue, jsonb_build_object('submitters',
	    array_remove(before, owner)), 'submit_revoke', reason);
end
$$;

comment on function nightdrop.submit_revoke(text, text, text) is
'One who may not submit to a queue any more: submit_revoke(''report'', ''ann'', ''why'').';
revoke all on function nightdrop.submit_revoke(text, text, text) from public;
grant execute on function nightdrop.submit_revoke(text, text, text)
	to nightdrop_dba;
