-- quote(runs, next_start, every, opened, slots, p50, p95, ahead, accepted): when a
-- job will be done, as far as can be known.
--
-- Parameters: runs to p95, its queue's basis (queue_basis); ahead, jobs before it in the line;
--             accepted, its acceptance.
-- Returns:    one row: earliest, likely, latest (null without history), fits
--             (there is no window to miss yet: true), basis (in words).
-- Tables:     none: the same arguments give the same quote, so that a monitor
--             that has not changed can be answered 304.
--
-- A job accepted before the open run's cutoff is that run's; any other waits
-- for the next start, taken on by whole intervals until it is after the
-- acceptance.  The jobs ahead go through the slots in waves of p50 each for
-- what is likely, of p95 for what is late; the minute is for cron and clocks.
-- job_accept_many relies on each of the three being that of ahead = 0 and so
-- many times p50, p50, p95 more.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.quote(runs integer,
    next_start timestamptz, every interval, opened timestamptz, slots integer,
    p50 interval, p95 interval, ahead bigint, accepted timestamptz)
returns table (earliest timestamptz, likely timestamptz, latest timestamptz,
    fits boolean, basis text)
language sql stable
as $$
select s.start + w.waves * p50,
    s.start + (w.waves + 1) * p50,
    s.start + (w.waves + 1) * p95 + interval '1 minute',
    true,
    case when runs < 2 then 'no history: fewer than two runs so far'
    when p50 is null then 'no history: no job has been finished yet'
    else format('the last %s runs', runs) end
from nightdrop.waves(ahead, greatest(slots, 1)) w(waves),
    (select case when runs < 2 then null
	when accepted <= opened then opened
	when accepted < next_start or every <= interval '0'
	then next_start
	else next_start + every * ceil(extract(epoch from accepted
	    - next_start) / extract(epoch from every))::double precision
	end as start) s
$$;

comment on function nightdrop.quote(integer, timestamptz, interval,
    timestamptz, integer, interval, interval, bigint, timestamptz)
is 'Internal: earliest, likely and latest end of a job, from its queue''s basis alone.';
revoke all on function nightdrop.quote(integer, timestamptz, interval,
    timestamptz, integer, interval, interval, bigint, timestamptz) from public;
