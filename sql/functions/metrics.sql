-- metrics(): the figures for /metrics.
--
-- Returns:  a row a figure: metric, its name without "nightdrop_"; queue, null
--           where it is of none; detail, what else tells it from others of its
--           name (an outcome, a kind of event), or null; value, as text.  The
--           rows of a metric follow each other.
-- Tables:   queue, queue_basis, counter, running, run_queue, run, event, and
--           those of queue_oldest, queue_late and health.
--
-- Nothing here looks at more than a few rows a queue, however many jobs there
-- are: what waits is from the counters, its oldest job from the head of the
-- line, totals from queue_basis, where each close adds to them.  Only events
-- are counted, and those are few, or worth the wait.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.metrics()
returns table (metric text, queue text, detail text, value text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
with state as materialized (
	select q.name, q.accepting, q.held, b.total_runs, b.total_successful,
	    b.total_failed, b.total_dismissed, b.total_graded, b.total_hits,
	    b.opened is not null as open,
	    c.waiting, c.bytes, r.running, r.reserved,
	    c.waiting > 0 and coalesce(nightdrop.queue_late(q.name), false)
		as late,
	    extract(epoch from now() - nightdrop.queue_oldest(q.name)) as age,
	    extract(epoch from l.opened) as last_opened,
	    extract(epoch from e.closed) as last_closed, e.balanced
	from nightdrop.queue q
	    join nightdrop.queue_basis b on b.queue = q.name
	    cross join lateral (
		select greatest(coalesce(sum(c.waiting), 0), 0) as waiting,
		    greatest(coalesce(sum(c.bytes), 0), 0) as bytes
		from nightdrop.counter c where c.queue = q.name) c
	    cross join lateral (
		select count(r.started) as running,
		    count(*) - count(r.started) as reserved
		from nightdrop.running r where r.queue = q.name) r
	    left join lateral (
		select u.opened from nightdrop.run_queue rq
		    join nightdrop.run u on u.id = rq.run
		where rq.queue = q.name order by rq.run desc limit 1) l on true
	    left join lateral (
		select u.closed, u.balanced from nightdrop.run_queue rq
		    join nightdrop.run u on u.id = rq.run
		where rq.queue = q.name and not rq.open
		order by rq.run desc limit 1) e on true
), figure as (
	select v.n, v.metric, s.name as queue, v.detail, v.value
	from state s cross join lateral (values
	    (1, 'queue_waiting', null, s.waiting::text),
	    (2, 'queue_waiting_bytes', null, s.bytes::text),
	    (3, 'queue_oldest_waiting_age_seconds', null, s.age::text),
	    (4, 'queue_reserved', null, s.reserved::text),
	    (5, 'queue_running', null, s.running::text),
	    (6, 'queue_accepting', null, s.accepting::integer::text),
	    (7, 'queue_held', null, s.held::integer::text),
	    (8, 'queue_late', null, s.late::integer::text),
	    (9, 'queue_run_open', null, s.open::integer::text),
	    (10, 'queue_last_run_opened_timestamp_seconds', null,
		s.last_opened::text),
	    (11, 'queue_last_run_closed_timestamp_seconds', null,
		s.last_closed::text),
	    (12, 'queue_last_run_balanced', null,
		s.balanced::integer::text),
	    (13, 'queue_runs_total', null, s.total_runs::text),
	    (14, 'queue_jobs_total', 'successful', s.total_successful::text),
	    (14, 'queue_jobs_total', 'failed', s.total_failed::text),
	    (14, 'queue_jobs_total', 'dismissed', s.total_dismissed::text),
	    (15, 'queue_quotes_graded_total', null, s.total_graded::text),
	    (16, 'queue_quotes_hit_total', null, s.total_hits::text)
	    ) v(n, metric, detail, value)
	where v.value is not null
	union all
	select 20, 'events_total', null, k.kind, count(e.kind)::text
	from unnest(array['stale_finish', 'worker_lost', 'job_lost',
		'run_resumed', 'unbalanced']) k(kind)
	    left join nightdrop.event e on e.kind = k.kind
	group by k.kind
	union all
	select v.n, v.metric, null, null, v.value
	from nightdrop.health() h cross join lateral (values
	    (21, 'partitions_ahead_months', h.partitions_ahead::text),
	    (22, 'late', h.late::integer::text),
	    (23, 'unbalanced', h.unbalanced::integer::text)
	    ) v(n, metric, value)
)
select f.metric, f.queue, f.detail, f.value
from figure f order by f.n, f.queue, f.detail
$$;

comment on function nightdrop.metrics() is
'The figures for /metrics: queues, runs, quotes, events; never more work with more jobs.';
revoke all on function nightdrop.metrics() from public;
grant execute on function nightdrop.metrics()
	to nightdrop_responder, nightdrop_monitor;
