-- window_latest(need, cut, until): when a job must have begun to fit.
--
-- Parameters: need, how long it is taken to run (queue_need; null: not known);
--             cut and until, of its run.
-- Returns:    the moment before which it may be started; null: there is no
--             window.
-- Tables:     none.
--
-- Without a window it costs nothing: each claim asks, for each queue.
-- What is not known fits as long as the window is open.  What is longer than
-- the whole window would never fit: it may begin in its first tenth.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.window_latest(need interval,
    cut timestamptz, until timestamptz)
returns timestamptz
language sql stable parallel safe
return case when until is not null then until - make_interval(secs => least(
    coalesce(extract(epoch from need), 0),
    extract(epoch from until - cut) * 0.9)::double precision) end;

comment on function nightdrop.window_latest(interval, timestamptz, timestamptz)
is 'Internal: when a job must have begun to fit into the window.';
revoke all on function nightdrop.window_latest(interval, timestamptz,
    timestamptz) from public;
