-- health(): is all well, for /health and for monitoring.
--
-- Returns:  one row: read_only and clock as in hello; partitions_ahead, months
--           after this one for which all four partitioned tables are ready;
--           waiting, by the counters; oldest_waiting, acceptance of the oldest
--           job at the head of a line; last_run, the last opening; late, that
--           a queue has jobs and queue_late() is true of it; last_closed, the
--           last close; unbalanced, that the last closed run of a queue was.
-- Tables:   counter, queue, run, run_queue, those of queue_oldest and
--           queue_late; the catalogue.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.health()
returns table (read_only boolean, clock timestamptz, partitions_ahead integer,
    waiting bigint, oldest_waiting timestamptz, last_run timestamptz,
    late boolean, last_closed timestamptz, unbalanced boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
with line as materialized (
	select c.queue, sum(c.waiting) as waiting
	from nightdrop.counter c group by c.queue having sum(c.waiting) > 0
), ended as materialized (
	select e.closed, e.balanced
	from nightdrop.queue q cross join lateral (
		select u.closed, u.balanced from nightdrop.run_queue rq
		    join nightdrop.run u on u.id = rq.run
		where rq.queue = q.name and not rq.open
		order by rq.run desc limit 1) e
), month as (
	select m.ahead, count(to_regclass(t.parent || to_char(
	    now() at time zone 'UTC' + make_interval(months => m.ahead),
	    '_YYYY_MM'))) = 4 as ready
	from generate_series(0, 13) m(ahead)
	    cross join unnest(array['nightdrop.job', 'nightdrop.part',
		'nightdrop.attempt', 'nightdrop.response']) t(parent)
	group by m.ahead
)
select pg_is_in_recovery()
	or current_setting('transaction_read_only')::boolean,
    clock_timestamp(),
    (select coalesce(min(m.ahead), 14) - 1 from month m where not m.ready),
    (select coalesce(sum(l.waiting), 0)::bigint from line l),
    (select min(nightdrop.queue_oldest(l.queue)) from line l),
    (select u.opened from nightdrop.run u order by u.id desc limit 1),
    coalesce((select bool_or(nightdrop.queue_late(l.queue)) from line l),
	false),
    (select max(e.closed) from ended e),
    exists (select from ended e where not e.balanced)
$$;

comment on function nightdrop.health() is
'Whether all is well: writable, partitions ahead, backlog, and whether a run is late or did not balance.';
revoke all on function nightdrop.health() from public;
grant execute on function nightdrop.health()
	to nightdrop_responder, nightdrop_monitor;
