-- turn_claim(worker, run, want, max_bytes, cursor_...): reserve jobs.
--
-- Parameters: worker and its run; want, how many at most; max_bytes, of inline
--             bodies together, but one job at least; cursor_queues, _positions
--             and _ids: parallel arrays, the last job claimed of a queue in
--             this pass.
-- Returns:    one row: tasks of kind claim, and for the counters and the
--             ledger queues, jobs, sizes (parallel, a row a queue) and taken.
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
-- - what another worker is just taking is skipped, not waited for.
--
-- One queue at a time, from the one with the smallest head.  A queue with
-- max_running is locked, all such in the order of their names and before any
-- job, so that two workers count its running jobs one after the other.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.turn_claim(worker bigint, run bigint,
    want integer, max_bytes bigint, cursor_queues text[],
    cursor_positions timestamptz[], cursor_ids uuid[],
    out tasks nightdrop.task[], out queues text[], out jobs bigint[],
    out sizes bigint[], out taken bigint)
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
	r nightdrop.run;
	mine text[]; -- the worker's queues; null: all
	head record;
	part nightdrop.task[];
	bytes bigint;
	n integer;
begin
	taken := 0;
	select * into r from nightdrop.run u where u.id = turn_claim.run;
	select w.queues into mine from nightdrop.worker w
	where w.id = turn_claim.worker;
	perform from nightdrop.queue q
	    join nightdrop.run_queue rq on rq.queue = q.name
	where rq.run = turn_claim.run and rq.open and not q.held
	    and q.max_running is not null
	    and (mine is null or rq.queue = any (mine))
	order by q.name for no key update of q;

	for head in
		select rq.queue, q.max_running,
		    r.cut + b.reach as fresh_end, clock + b.reach as again_end,
		    k.position as after_position, k.id as after_id
		from nightdrop.run_queue rq
		    join nightdrop.queue q on q.name = rq.queue
		    join nightdrop.queue_basis b on b.queue = rq.queue
		    left join unnest(cursor_queues, cursor_positions,
			cursor_ids) c(queue, position, id)
			on c.queue = rq.queue
		    cross join lateral (select
			coalesce(c.position, '-infinity') as position,
			coalesce(c.id, '00000000-0000-0000-0000-000000000000')
			as id) k
		    cross join lateral (
			(select w.position, w.id from nightdrop.waiting w
			where w.queue = rq.queue and not w.again
			    and (w.position, w.id) > (k.position, k.id)
			    and w.position <= r.cut + b.reach
			    and pg_visible_in_snapshot(w.since, r.cutoff)
			order by w.position, w.id limit 1)
			union all
			(select w.position, w.id from nightdrop.waiting w
			where w.queue = rq.queue and w.again
			    and (w.position, w.id) > (k.position, k.id)
			    and w.position <= clock + b.reach
			    and w.not_before <= clock
			    and pg_visible_in_snapshot(w.since, r.cutoff)
			order by w.position, w.id limit 1)
			order by 1, 2 limit 1) h
		where rq.run = turn_claim.run and rq.open and not q.held
		    and (mine is null or rq.queue = any (mine))
		order by h.position, h.id
	loop
		n := want - taken;
		if head.max_running is not null then
			n := least(n, head.max_running - (select count(*)
			    from nightdrop.running o
			    where o.queue = head.queue));
			continue when n <= 0;
		end if;

		with fresh as materialized (
			select w.id, w.position, w.bytes
			from nightdrop.waiting w
			where w.queue = head.queue and not w.again
			    and (w.position, w.id)
				> (head.after_position, head.after_id)
			    and w.position <= head.fresh_end
			    and pg_visible_in_snapshot(w.since, r.cutoff)
			order by w.position, w.id limit n
			for update skip locked
		), again as materialized (
			select w.id, w.position, w.bytes
			from nightdrop.waiting w
			where w.queue = head.queue and w.again
			    and (w.position, w.id)
				> (head.after_position, head.after_id)
			    and w.position <= head.again_end
			    and w.not_before <= clock
			    and pg_visible_in_snapshot(w.since, r.cutoff)
			order by w.position, w.id limit n
			for update skip locked
		), pick as materialized (
			select p.id, row_number() over line as place,
			    sum(p.bytes) over line as total
			from (select * from fresh union all
			    select * from again) p
			window line as (order by p.position, p.id)
			order by p.position, p.id limit n
		), gone as (
			delete from nightdrop.waiting w using pick p
			where w.id = p.id and (p.total <= max_bytes
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
		select array_agg(nightdrop.task_claim(q, j, u, h.position,
			h.attempt, h.failures, h.lost, h.state)
			order by h.position, h.id), sum(h.bytes)
		into part, bytes
		from held h
		    join nightdrop.job j on j.id = h.id
		    join nightdrop.queue q on q.name = j.queue
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
end
$$;

comment on function nightdrop.turn_claim(bigint, bigint, integer, bigint,
    text[], timestamptz[], uuid[]) is 'Internal: reserves jobs for a worker.';
revoke all on function nightdrop.turn_claim(bigint, bigint, integer, bigint,
    text[], timestamptz[], uuid[]) from public;
