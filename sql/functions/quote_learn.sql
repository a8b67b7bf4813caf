-- quote_learn(run): a run closes: what the next quotes are computed from.
--
-- Parameters: run, whose queues are closed in run_queue with their durations
--             and grades, and whose counters are right; the caller holds their
--             rows of queue_basis.
-- Returns:    nothing.
-- Tables:     queue_basis, queue, run_queue, run, counter, and those of
--             run_rhythms and load_ahead.
--
-- Durations and costs are medians over the last five runs in which jobs of the
-- queue ended, so that they follow a drift and no single night upsets them.
-- Slots are those of all workers of a run that were not lost, the median of
-- three runs.  The window is as long as those of the last runs, if the last
-- one had any.  A quote's latest goes by the wait that all but one of the last
-- twelve runs kept to, and more, the fewer runs there were, and never by less
-- than a fifth more than is likely; its earliest, which
-- is no promise, by the usual one.
--
-- Internal: part of run_close.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.quote_learn(run bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
	clock constant timestamptz := clock_timestamp();
	names constant text[] := array(select rq.queue
	    from nightdrop.run_queue rq where rq.run = quote_learn.run);
begin
	update nightdrop.queue_basis b
	set version = b.version + 1, runs = h.runs,
	    starts = r.starts, next_start = r.starts[1],
	    every = r.every, slack = r.slack, opened = null, closes = null,
	    slots = coalesce(h.slots, b.slots), span = h.span, p50 = h.p50,
	    p95 = h.p95, tail = h.p99, cost_s = h.cost_s,
	    usual = coalesce(h.usual, 0), ages = coalesce(g.ages, '{}'),
	    fast = case when h.slows = 0 then b.fast
		else least(greatest(h.fast, 0.3), 0.95) end,
	    slow = case when h.slows = 0 then b.slow
		else least(greatest(1 + (h.slow - 1) * (1 + 4.0 / h.slows),
		1.2), 3) end,
	    taken = b.taken + h.finished, updated = now(),
	    graded = h.graded, hits = h.hits, total_runs = b.total_runs + 1,
	    reach = case when h.waiting > 0 then b.reach
		else -q.priority * q.aging end,
	    carried = case when rq.carried_over > 0 then u.until end
	from nightdrop.run u
	    join nightdrop.run_queue rq on rq.run = u.id
	    join nightdrop.queue q on q.name = rq.queue
	    join nightdrop.run_rhythms(names, clock) r on r.queue = rq.queue
	    cross join lateral (
		select count(*) as runs,
		    percentile_cont(0.5) within group (order by p.p50)
			filter (where p.nth <= 5) as p50,
		    percentile_cont(0.5) within group (order by p.p95)
			filter (where p.nth <= 5) as p95,
		    percentile_cont(0.5) within group (order by p.p99)
			filter (where p.nth <= 5) as p99,
		    percentile_cont(0.5) within group (order by p.cost_s)
			filter (where p.nth <= 5) as cost_s,
		    percentile_disc(0.5) within group (order by p.finished)
			filter (where p.nth <= 5 and p.finished > 0) as usual,
		    percentile_cont(0.5) within group (order by p.fast)
			as fast,
		    percentile_disc(0.9) within group (order by p.slow)
			as slow,
		    count(p.slow) as slows,
		    percentile_disc(0.5) within group (order by p.slots)
			filter (where p.place <= 3) as slots,
		    percentile_disc(0.5) within group (order by p.span)
			filter (where p.span > '0' and p.windowed) as span,
		    coalesce(sum(p.graded), 0) as graded,
		    coalesce(sum(p.hits), 0) as hits,
		    coalesce(max(p.finished) filter (where p.place = 1), 0)
			as finished,
		    (select sum(c.waiting) from nightdrop.counter c
			where c.queue = rq.queue) as waiting
		from (select n.finished, n.p50, n.p95, n.p99, n.cost_s, n.fast,
			n.slow, n.graded, n.hits, u.until - u.opened as span,
			row_number() over last as place,
			count(n.p50) over last as nth,
			first_value(u.until) over last is not null as windowed,
			n.slots
		    from nightdrop.run_queue n
			join nightdrop.run u on u.id = n.run
		    where n.queue = rq.queue and not n.open
		    window last as (order by n.run desc)
		    order by n.run desc limit 12) p) h
	    cross join lateral (
		select array_agg(m.age order by m.nth) as ages
		from (select a.nth, percentile_cont(0.5)
			within group (order by a.age) as age
		    from (select n.ages from nightdrop.run_queue n
			where n.queue = rq.queue and n.ages is not null
			order by n.run desc limit 5) n
			cross join unnest(n.ages) with ordinality a(age, nth)
		    group by a.nth) m) g
	where u.id = quote_learn.run and b.queue = rq.queue;
	update nightdrop.queue_basis b
	set pace_s = a.pace_s, lead_s = a.lead_s, behind = a.behind,
	    shown_pace_s = a.shown_pace_s, shown_lead_s = a.shown_lead_s
	from nightdrop.load_ahead(clock) a
	where b.queue = a.queue and b.queue = any (names);
end
$$;

comment on function nightdrop.quote_learn(bigint) is
'Internal: what a close teaches the quotes.';
revoke all on function nightdrop.quote_learn(bigint) from public;
