-- health(): is all well, for /health and for monitoring.
--
-- Returns:  one row: read_only and clock as in hello; partitions_ahead, months
--           after this one for which all four partitioned tables are ready;
--           waiting, by the counters; oldest_waiting, acceptance of the oldest
--           job at the head of a line; last_run, the last opening; late, that
--           a queue has jobs, is not held, has no open run, and a whole
--           interval has gone by since its next run was due.
-- Tables:   counter, queue, queue_basis, run, those of queue_oldest; the catalogue.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.health()
returns table (read_only boolean, clock timestamptz, partitions_ahead integer,
    waiting bigint, oldest_waiting timestamptz, last_run timestamptz,
    late boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
with line as materialized (
	select c.queue, sum(c.waiting) as waiting
	from nightdrop.counter c group by c.queue having sum(c.waiting) > 0
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
    exists (select from line l
	join nightdrop.queue q on q.name = l.queue and not q.held
	join nightdrop.queue_basis b on b.queue = l.queue
	where b.opened is null and b.next_start + b.every < now())
$$;

comment on function nightdrop.health() is
'Whether all is well: writable, partitions ahead, backlog, and whether a run is late.';
revoke all on function nightdrop.health() from public;
grant execute on function nightdrop.health()
	to nightdrop_responder, nightdrop_monitor;
