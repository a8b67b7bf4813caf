-- turn_claim(worker, run, want, max_bytes, cursor_...): reserve jobs.
--
-- Parameters: worker and its run; want, how many at most; max_bytes, of inline
--             bodies together, but one job at least (null: for a statement, any
--             number, and the tasks are task_lean's); cursor_queues, _positions
--             and _ids: parallel arrays, the last job claimed of a queue in
--             this pass.
-- Returns:    one row: tasks of kind claim, and for the counters and the
--             ledger queues, jobs, sizes (parallel, a row a queue) and taken;
--             where that is 0, due as in claim_due.
-- Errors:     none of its own.
-- Tables:     run, worker, run_queue, queue, queue_basis, waiting, running,
--             job, bundle.
--
-- Flat at any size, because what is looked at is nearly what is taken:
--
-- - by keyset after the cursor, never over the dead rows of this pass;
-- - fresh jobs only up to the cutoff's place in the line: behind it lies what
--   the day has brought since, and belongs to the next run;
-- - jobs that were tried before have an index of their own, and lie in it by
--   the time when they are due;
-- - what another worker is just taking is skipped, not waited for;
-- - what was locked is deleted by its ctid.  A planner who has seen the table
--   empty (after the last run) would join by id the other way round, and read
--   all of the line for each claim.
--
-- One queue at a time, in the order of claim_lines, which also says what is
-- admitted.  A queue with a cap is locked, all such in the order of their
-- names and before any job, so that two workers count its jobs in hand one
-- after the other.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.turn_claim(worker bigint, run bigint,
    want integer, max_bytes bigint, cursor_queues text[],
    cursor_positions timestamptz[], cursor_ids uuid[],
    out tasks nightdrop.task[], out queues text[], out jobs bigint[],
    out sizes bigint[], out taken bigint, out due timestamptz)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_sort = off
set jit = off
as $$
#variable_conflict use_column
declare
	clock constant timestamptz := clock_timestamp();
	lean constant boolean := max_bytes is null;
	r nightdrop.run;
	mine text[]; -- the worker's queues; null: all
	names text[]; -- of the run's, those
	head record;
	part nightdrop.task[];
	bytes bigint;
	n integer;
begin
	taken := 0;
	max_bytes := coalesce(max_bytes, 9223372036854775807);
	select * into r from nightdrop.run u where u.id = turn_claim.run;
	select w.queues into mine from nightdrop.worker w
	where w.id = turn_claim.worker;
	select array_agg(rq.queue) into names from nightdrop.run_queue rq
	where rq.run = turn_claim.run and rq.open
	    and (mine is null or rq.queue = any (mine));
	perform from nightdrop.queue q
	    join nightdrop.queue_basis b on b.queue = q.name
	where q.name = any (names) and not q.held and nightdrop.claim_cap(q,
	    nightdrop.queue_need(b), r.cut, r.until) is not null
	order by q.name for no key update of q;

	for head in
		select l.* from nightdrop.claim_lines(names, null, r.cutoff,
		    r.cut, r.until, clock, cursor_queues, cursor_positions,
		    cursor_ids) l
	loop
		n := least(want - taken, head.room);
		with fresh as materialized (
			select w.ctid, w.id, w.position, w.bytes
			from nightdrop.waiting w
			where w.queue = head.queue and nightdrop.in_line(w,
			    false, head.after_position, head.after_id,
			    head.fresh_end, r.cutoff, clock)
			order by w.position, w.id limit n
			for update skip locked
		), again as materialized (
			select w.ctid, w.id, w.position, w.bytes
			from nightdrop.waiting w
			where w.queue = head.queue and nightdrop.in_line(w,
			    true, head.after_position, head.after_id,
			    head.again_end, r.cutoff, clock)
			order by w.position, w.id limit n
			for update skip locked
		), pick as materialized (
			select p.ctid, row_number() over line as place,
			    sum(p.bytes) over line as total
			from (select * from fresh union all
			    select * from again) p
			window line as (order by p.position, p.id)
			order by p.position, p.id limit n
		), gone as (
			delete from nightdrop.waiting w using pick p
			where w.ctid = p.ctid and (p.total <= max_bytes
			    or p.place = 1 and taken = 0)
			returning w.*
		), held as (
			insert into nightdrop.running as h (id, queue, worker,
			    run, attempt, position, priority, again, since,
			    bytes, round, failures, continues, lost, state)
			select g.id, g.queue, turn_claim.worker,
			    turn_claim.run, g.attempt, g.position, g.priority,
			    g.again, g.since, g.bytes, g.round, g.failures,
			    g.continues, g.lost, g.state
			from gone g
			returning h.id, h.bytes, h.position, h.attempt,
			    h.failures, h.lost, h.state
		)
		select array_agg(case when lean then nightdrop.task_lean(q,
			h.id, coalesce(j.size, h.bytes), h.position,
			h.attempt, h.failures, h.lost, head.long,
			head.latest)
		    else nightdrop.task_claim(q, j, u, h.position,
			h.attempt, h.failures, h.lost, h.state,
			head.long, head.latest) end
			order by h.position, h.id), sum(h.bytes)
		into part, bytes
		from held h
		    left join nightdrop.job j on j.id = h.id
			and (not lean or h.bytes = 0)
		    join nightdrop.queue q on q.name = head.queue
		    left join lateral (
			select o.* from nightdrop.bundle o
			where j.line is not null
			    and o.id = nightdrop.bundle_of(j.id, j.line) offset 0) u
			on true;
		continue when part is null;

		tasks := tasks || part;
		queues := queues || head.queue;
		jobs := jobs || cardinality(part)::bigint;
		sizes := sizes || bytes;
		taken := taken + cardinality(part);
		max_bytes := max_bytes - bytes;
		exit when taken >= want or max_bytes <= 0;
	end loop;
	if taken = 0 then
		-- By the same clock: what has fallen due since is seen here.
		select c.due into due from nightdrop.claim_due(names, r.cutoff,
		    r.cut, r.until, clock) c;
	end if;
end
$$;

comment on function nightdrop.turn_claim(bigint, bigint, integer, bigint,
    text[], timestamptz[], uuid[]) is 'Internal: reserves jobs for a worker.';
revoke all on function nightdrop.turn_claim(bigint, bigint, integer, bigint,
    text[], timestamptz[], uuid[]) from public;
