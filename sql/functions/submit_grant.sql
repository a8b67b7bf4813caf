-- submit_grant(queue, owner, reason): one more who may submit to a queue.
--
-- Parameters: queue; owner, or * for anybody who has authenticated; reason, in
--             words, required.
-- Returns:    what changed, in words.
-- Errors:     ND404 no such queue; ND422 no owner, no reason.
-- Tables:     queue, audit.
--
-- Without any grant anybody may submit; the first one shuts out the others.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.submit_grant(queue text, owner text,
    reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	before text[];
	words text;
begin
	if coalesce(owner, '') = '' then
		raise exception 'who may submit needs a name'
		    using errcode = 'ND422',
		    hint = '* is anybody who has authenticated';
	end if;
	select q.submitters into before from nightdrop.queue q
	where q.name = submit_grant.queue for no key update;
	words := nightdrop.queue_set(queue, jsonb_build_object('submitters',
	    case when owner = any (before) then before
	    else before || owner end), 'submit_grant', reason);
	return words || case before when '{}'
	    then '. Anybody could submit before; now nobody else may.' else ''
	    end;
end
$$;

comment on function nightdrop.submit_grant(text, text, text) is
'One more who may submit to a queue; the first one shuts out all others: submit_grant(''report'', ''ann'', ''why'').';
revoke all on function nightdrop.submit_grant(text, text, text) from public;
grant execute on function nightdrop.submit_grant(text, text, text)
	to nightdrop_dba;
