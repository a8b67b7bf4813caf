-- queue_open(queue, reason): accept submissions again.
--
-- The opposite of queue_close.
--
-- Parameters: queue; reason, in words, required.
-- Returns:    what changed, in words.
-- Errors:     ND404 no such queue; ND422 no reason.
-- Tables:     queue, audit.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_open(queue text, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	return nightdrop.queue_set(queue, '{"accepting": true}', 'queue_open', reason);
end
$$;

comment on function nightdrop.queue_open(text, text) is
'Submissions are accepted again.';
revoke all on function nightdrop.queue_open(text, text) from public;
grant execute on function nightdrop.queue_open(text, text) to nightdrop_dba;
