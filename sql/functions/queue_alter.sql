-- queue_alter(queue, settings, reason): change a queue's policy.
--
-- Parameters: queue; settings, a JSON object of columns of nightdrop.queue and
--             their new values; reason, in words, required.
-- Returns:    what changed, in words.
-- Errors:     ND404, ND422, 23514: see queue_set.
-- Tables:     queue, queue_basis, audit.
--
-- A new priority places the jobs accepted from now on; those that wait keep
-- their places.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_alter(queue text, settings jsonb,
    reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	return nightdrop.queue_set(queue, settings, 'queue_alter', reason);
end
$$;

comment on function nightdrop.queue_alter(text, jsonb, text) is
'Changes settings of a queue: queue_alter(''report'', ''{"max_running": 2}'', ''why'').';
revoke all on function nightdrop.queue_alter(text, jsonb, text) from public;
grant execute on function nightdrop.queue_alter(text, jsonb, text)
	to nightdrop_dba;
