-- queue_hold(queue, reason): stop the batch from taking its jobs.
--
-- It goes on accepting; no run takes its jobs, those in hand end as usual.
--
-- Parameters: queue; reason, in words, required.
-- Returns:    what changed, in words.
-- Errors:     ND404 no such queue; ND422 no reason.
-- Tables:     queue, audit.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_hold(queue text, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	return nightdrop.queue_set(queue, '{"held": true}', 'queue_hold', reason);
end
$$;

comment on function nightdrop.queue_hold(text, text) is
'Runs take none of its jobs from now on; it goes on accepting.';
revoke all on function nightdrop.queue_hold(text, text) from public;
grant execute on function nightdrop.queue_hold(text, text) to nightdrop_dba;
