-- run_close(run): the ledger is added up, and the next quotes have their basis.
--
-- Parameters: run, open, none of whose workers is at work.
-- Returns:    nothing.
-- Tables:     run, run_queue, worker, queue_basis, counter, waiting, attempt, job,
--             bundle, running, response, event, and those of run_carry,
--             run_grade, quote_learn and upkeep.
--
-- How good the quotes were is in run_grade, what they learn in quote_learn.
--
-- The counters are put right against a count: both are read in one snapshot,
-- and every transaction moves both, so the difference is drift and nothing
-- else.  Above a million jobs it is not counted: then the drift does not
-- matter, and the count would.
--
-- Looked for in none or two places: the jobs accepted since the previous run
-- of these queues opened.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_close(run bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set jit = off
set work_mem = '64MB'
as $$
#variable_conflict use_column
declare
	u nightdrop.run;
	names text[];
	before timestamptz;
	left_over bigint;
	came bigint;
	lost text[];
begin
	select * into strict u from nightdrop.run r where r.id = run_close.run;
	select coalesce(array_agg(rq.queue), '{}') into names
	from nightdrop.run_queue rq where rq.run = run_close.run and rq.open;
	select min(p.opened) into before
	from unnest(names) n(queue)
	    cross join lateral (
		select coalesce((select o.opened
		    from nightdrop.run_queue rq
			join nightdrop.run o on o.id = rq.run
		    where rq.queue = n.queue and rq.run < run_close.run
		    order by rq.run desc limit 1), '-infinity') as opened) p;

	perform nightdrop.counter_reconcile(names);
	if u.until is not null then
		perform nightdrop.run_carry(run);
	end if;
	select coalesce(sum(c.waiting), 0) into left_over
	from nightdrop.counter c where c.queue = any (names);
	select count(*) into came from nightdrop.job j
	where j.id >= nightdrop.uuid_floor(u.opened - interval '10 minutes')
	    and j.queue = any (names) and j.accepted > u.opened
	    and j.line is null;
	select came + coalesce(sum(b.lines), 0) into came
	from nightdrop.bundle b
	where b.queue = any (names) and b.sealed > u.opened;
	select coalesce((array_agg(format('%s of %s: in %s', l.id, l.queue,
	    l.places)))[:20], '{}') into lost
	from nightdrop.job_lost(before - interval '10 minutes', names) l;

	update nightdrop.run_queue rq
	set open = false, finished = coalesce(a.finished, 0), p50 = a.took[1],
	    p95 = a.took[2], p99 = a.took[3],
	    cost_s = a.busy_s / nullif(a.finished, 0),
	    slots = (select sum(w.slots) from nightdrop.worker w
		where w.run = run_close.run and not w.lost)
	from unnest(names) n(queue)
	    left join (
		select a.queue,
		    count(*) filter (where a.result in ('successful',
			'failed', 'dismissed')) as finished,
		    percentile_cont('{0.5,0.95,0.99}'::double precision[])
			within group (order by a.ended - a.started) as took,
		    extract(epoch from sum(a.ended - a.started)) as busy_s
		from nightdrop.attempt a
		where a.run = run_close.run and a.result <> 'lost'
		    and a.ended >= u.opened - interval '10 minutes'
		group by a.queue) a on a.queue = n.queue
	where rq.run = run_close.run and rq.queue = n.queue;

	-- In one order, as run_expect() does; for quote_learn() too.
	perform from nightdrop.queue_basis b
	where b.queue in (select rq.queue from nightdrop.run_queue rq
	    where rq.run = run_close.run)
	order by b.queue for no key update;
	with grade as (
		update nightdrop.run_queue rq
		set graded = g.graded, hits = g.hits,
		    successful = g.successful, failed = g.failed,
		    dismissed = g.dismissed, fast = g.fast, slow = g.slow,
		    width = g.width, ages = g.ages
		from nightdrop.run_grade(run_close.run) g
		where rq.run = run_close.run and rq.queue = g.queue
		returning g.*
	)
	update nightdrop.queue_basis b
	set total_successful = b.total_successful + g.successful,
	    total_failed = b.total_failed + g.failed,
	    total_dismissed = b.total_dismissed + g.dismissed,
	    total_graded = b.total_graded + g.graded,
	    total_hits = b.total_hits + g.hits
	from grade g where b.queue = g.queue;

	perform nightdrop.quote_learn(run_close.run);

	update nightdrop.run r
	set closed = clock_timestamp(), left_waiting = greatest(left_over, 0),
	    accepted_since = came, trouble = lost,
	    balanced = lost = '{}' and r.taken = r.successful + r.failed
		+ r.dismissed + r.given_back
	where r.id = run_close.run
	returning * into u;
	if not u.balanced then
		insert into nightdrop.event (kind, run, text)
		values ('unbalanced', run_close.run, format(
		    'taken %s, successful %s, failed %s, dismissed %s, '
		    'given back %s; in trouble: %s', u.taken,
		    u.successful, u.failed, u.dismissed, u.given_back,
		    coalesce(nullif(array_to_string(u.trouble, ', '), ''),
			'none')));
	end if;
	perform nightdrop.upkeep();
end
$$;

comment on function nightdrop.run_close(bigint) is
'Internal: closes a run: ledger, durations, basis of the quotes.';
revoke all on function nightdrop.run_close(bigint) from public;
