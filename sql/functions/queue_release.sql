-- queue_release(queue, reason): let the batch take its jobs again.
--
-- The opposite of queue_hold.
--
-- Parameters: queue; reason, in words, required.
-- Returns:    what changed, in words.
-- Errors:     ND404 no such queue; ND422 no reason.
-- Tables:     queue, audit.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_release(queue text, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	return nightdrop.queue_set(queue, '{"held": false}', 'queue_release', reason);
end
$$;

comment on function nightdrop.queue_release(text, text) is
'Runs may take its jobs again.';
revoke all on function nightdrop.queue_release(text, text) from public;
grant execute on function nightdrop.queue_release(text, text) to nightdrop_dba;
