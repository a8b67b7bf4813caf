-- claim_cap(q, need, cut, until): how many jobs of a queue may be in hand.
--
-- Parameters: q, the queue; need, as of queue_need; cut and until, of the run.
-- Returns:    its max_running, and 1 where its jobs are longer than the whole
--             window: such a one starts first, and must not keep all slots from
--             all others.  Null: any number.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.claim_cap(q nightdrop.queue,
    need interval, cut timestamptz, until timestamptz)
returns integer
language sql stable parallel safe
return least((q).max_running, case when until is not null
    and need > until - cut then 1 end);

comment on function nightdrop.claim_cap(nightdrop.queue, interval, timestamptz,
    timestamptz) is 'Internal: how many jobs of a queue may be in hand.';
revoke all on function nightdrop.claim_cap(nightdrop.queue, interval,
    timestamptz, timestamptz) from public;
