-- turn_start(worker, ids, attempts): attempts begin, and are charged.
--
-- Parameters: worker; parallel arrays of jobs that it has reserved and the
--             number that this start will have.
-- Returns:    one row: notes (a task of kind start for each id: ok with its
--             deadline as due; stop: it was dismissed meanwhile and is final
--             now; stale: not this worker's, or not this attempt's turn) and
--             dismissed, how many were.
-- Errors:     23514 no partition for a job's month.
-- Tables:     running, response, queue, bundle_tally.
--
-- Idempotent: a start that is recorded already is ok, with the deadline that
-- it was given then.  (One that was answered with stop is stale the second
-- time, which comes to the same: it is not to be run.)
--
-- By key: running is empty when a run begins, and a planner who has seen that
-- takes a walk through all of it for as good as a look-up.  So the ids are not
-- joined but bounds (between), which the key alone can serve, and a walk in its
-- order is of no use; worker + 0 and queue || '' no index can serve.
-- tests/sql/plans.sql counts.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.turn_start(worker bigint, ids uuid[],
    attempts integer[], out notes nightdrop.task[], out dismissed bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
	clock constant timestamptz := clock_timestamp();
	done uuid[];
	stopped uuid[];
begin
	dismissed := 0;
	with started as (
		update nightdrop.running r
		set started = clock, deadline = clock + q.time_limit,
		    attempt = s.attempt
		from unnest(ids, attempts) s(id, attempt), nightdrop.queue q
		where r.id between s.id and s.id and r.attempt = s.attempt - 1
		    and r.worker + 0 = turn_start.worker
		    and r.started is null and r.stop is null
		    and q.name = r.queue || ''
		returning r.id, r.attempt, r.queue, r.deadline
	)
	select array_agg(nightdrop.task_note('start', s.id, 'ok', s.attempt,
	    s.queue, null, s.deadline)), array_agg(s.id)
	into notes, done
	from started s;
	if coalesce(cardinality(done), 0) = cardinality(ids) then
		return;
	end if;

	with late as materialized (
		select s.id, s.attempt
		from unnest(ids, attempts) s(id, attempt)
		where s.id <> all (coalesce(done, '{}'))
	), gone as (
		delete from nightdrop.running r
		where r.id = any (ids) and r.worker + 0 = turn_start.worker
		    and ((r.id, r.attempt + 1) in (select *
			from unnest(ids, attempts))) is true
		    and r.started is null and r.stop is not null
		returning r.id, r.queue, r.round, r.attempt, r.stop
	), final as (
		insert into nightdrop.response (id, round, outcome, status,
		    reason, by, finished, expires, attempt, body)
		select g.id, g.round, 'dismissed', 410, 'Gone', g.stop, clock,
		    clock + q.retention, g.attempt, ''
		from gone g join nightdrop.queue q on q.name = g.queue
	)
	select notes || array_agg(nightdrop.task_note('start', l.id,
		case when g.id is not null then 'stop'
		when r.id is not null then 'ok' else 'stale' end,
		l.attempt, coalesce(g.queue, r.queue), null, r.deadline)),
	    count(g.id), array_agg(g.id) filter (where g.id is not null)
	into notes, dismissed, stopped
	from late l
	    left join gone g on g.id = l.id
	    left join lateral (
		select o.id, o.queue, o.deadline from nightdrop.running o
		where o.id = l.id and o.worker + 0 = turn_start.worker
		    and o.attempt = l.attempt and o.started is not null
		offset 0) r on true;
	if stopped is not null then
		perform nightdrop.bundle_count(stopped, array_fill(
		    'dismissed'::text, array[cardinality(stopped)]));
	end if;
end
$$;

comment on function nightdrop.turn_start(bigint, uuid[], integer[]) is
'Internal: records that attempts begin.';
revoke all on function nightdrop.turn_start(bigint, uuid[], integer[])
	from public;
