-- queue_need(b): how long a job of a queue is taken to run.
--
-- Parameters: b, the queue's basis.
-- Returns:    the p95 of its past runs; null: fewer than three jobs of it have
--             ended, and it is not known.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_need(b nightdrop.queue_basis)
returns interval
language sql immutable parallel safe
return case when (b).total_successful + (b).total_failed
    + (b).total_dismissed >= 3 then (b).p95 end;

comment on function nightdrop.queue_need(nightdrop.queue_basis) is
'Internal: how long a job of a queue is taken to run.';
revoke all on function nightdrop.queue_need(nightdrop.queue_basis) from public;
