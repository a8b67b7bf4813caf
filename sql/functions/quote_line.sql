-- quote_line(b, accepted): what the quotes of all jobs have in common that come
-- into a queue's line at a moment.
--
-- Parameters: b, the queue's basis; accepted, the moment.
-- Returns:    one row: start, of the run that takes them up; following, the
--             starts after it, and room_s, how far into a run they may start
--             (null, both: there is no window); fast and slow, what waiting may shrink and
--             grow to; lead_s and pace_s, what others' jobs ahead and each of
--             its own ahead cost; p50; tail, from a job's start at the latest
--             to its end at the latest; basis, in words.  start is null where
--             there is no history.
-- Tables:     none: the same arguments give the same quote, so that a monitor
--             that has not changed can be answered 304.
--
-- A job accepted before the open run's cutoff is that run's; any other waits
-- for the first expected start after it, and where those that are known have
-- gone by, for the next by whole intervals.  A window lets a job start that is
-- done by its end in 95 cases of 100; one that no window has room for is
-- started first.
--
-- Internal.  Not security definer and without settings, so that it is inlined;
-- for that also without a subquery on the path of every acceptance.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.quote_line(b nightdrop.queue_basis,
    accepted timestamptz)
returns setof nightdrop.quote_line
language sql stable
as $$
select s.start,
    case when d.span is not null then coalesce(nullif((b).starts[
	width_bucket(accepted, (b).starts)
	+ case when accepted <= (b).opened then 1 else 2 end:], '{}'),
	array[s.start + (b).every]) end,
    greatest(extract(epoch from d.span - (b).p95),
	extract(epoch from d.span) / 10)::double precision,
    (b).fast, (b).slow, (b).lead_s, (b).pace_s, (b).p50,
    (b).tail + case when accepted <= (b).opened then interval '1 minute'
	else (b).slack end,
    case when (b).next_start is null and (b).opened is null
	then 'no history: fewer than two runs so far'
    when (b).p50 is null then 'no history: no job has been finished yet'
    when (b).told is not null
	then format('the last %s runs, and a start that was told', (b).runs)
    else format('the last %s runs', (b).runs) end
from (select case when (b).p50 is null then null
	when accepted <= (b).opened then (b).opened
	else coalesce((b).starts[width_bucket(accepted, (b).starts) + 1],
	    case when (b).every > interval '0'
	    then (b).next_start + (b).every * greatest(ceil(extract(epoch
		from accepted - (b).next_start)
		/ extract(epoch from (b).every)), 0)::double precision
	    else (b).next_start end) end as start offset 0) s,
    (select case when accepted <= (b).opened then (b).closes - (b).opened
	else (b).span end as span) d
$$;

comment on function nightdrop.quote_line(nightdrop.queue_basis, timestamptz)
is 'Internal: start, window and pace of a queue''s line, for the quotes of its jobs.';
revoke all on function nightdrop.quote_line(nightdrop.queue_basis, timestamptz)
	from public;
