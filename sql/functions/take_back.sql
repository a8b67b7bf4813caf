-- take_back(run, workers, proven): the jobs of workers that are no more.
--
-- Parameters: run; workers, those of it to be taken for dead where they are
--             (null: all); proven, as for worker_dead.
-- Returns:    one row: workers, how many were found dead and declared lost;
--             requeued, jobs that were only reserved, back in the line and not
--             charged; charged, jobs that had started, back in the line with a
--             failure more and to be started alone; failed, those for which it
--             was the last failure (502 by nightdrop).
-- Errors:     23514 no partition for a job's month.
-- Tables:     worker, running, attempt, response, waiting, part, event, queue,
--             counter, run, bundle_tally.
--
-- The workers' rows are locked before they are judged: one that is in the
-- middle of a turn holds its row, so that we wait and then see all that the
-- turn has done; one that renews its lease meanwhile is judged by the new one.
-- What somebody wants stopped is dismissed.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.take_back(run bigint, workers bigint[],
    proven bigint[], out workers_lost bigint, out requeued bigint,
    out charged bigint, out failed bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
<<my>>
declare
	clock constant timestamptz := clock_timestamp();
	dead bigint[];
	dismissed bigint;
	ids uuid[];
	fates text[];
	queues text[];
	sizes bigint[];
	started uuid[];
	holders integer[];
begin
	with found as materialized (
		select w.id from nightdrop.worker w
		where w.run = take_back.run and w.left_at is null
		    and (take_back.workers is null
			or w.id = any (take_back.workers))
		    and nightdrop.worker_dead(w, proven)
		order by w.id for update
	)
	select coalesce(array_agg(f.id), '{}') into dead from found f;
	workers_lost := cardinality(dead);
	if workers_lost = 0 then
		requeued := 0;
		charged := 0;
		failed := 0;
		return;
	end if;

	with lost as (
		update nightdrop.worker w set lost = true, left_at = clock
		where w.id = any (dead)
		returning w.id, w.host, w.pid
	)
	insert into nightdrop.event (kind, run, worker, text)
	select 'worker_lost', take_back.run, l.id,
	    format('process %s on %s', l.pid, l.host)
	from lost l;

	with gone as (
		delete from nightdrop.running r where r.worker = any (dead)
		returning r.*
	), judged as materialized (
		select g.*, q.retention,
		    case when g.stop is not null then 'dismissed'
		    when g.started is null then 'requeued'
		    when g.failures + 1 >= q.max_attempts then 'failed'
		    else 'charged' end as fate
		from gone g join nightdrop.queue q on q.name = g.queue
	), tried as (
		insert into nightdrop.attempt (id, attempt, round, run, worker,
		    queue, started, ended, result, reason)
		select j.id, j.attempt, j.round, j.run, j.worker, j.queue,
		    j.started, clock, 'lost', 'lost with its worker'
		from judged j where j.started is not null
	), noted as (
		insert into nightdrop.event (kind, id, run, worker, text)
		select 'job_lost', j.id, j.run, j.worker,
		    format('attempt %s was lost with its worker', j.attempt)
		from judged j where j.started is not null
	), final as (
		insert into nightdrop.response (id, round, outcome, status,
		    reason, by, finished, started, expires, attempt, body)
		select j.id, j.round, j.fate,
		    case j.fate when 'failed' then 502 else 410 end,
		    case j.fate when 'failed' then 'Bad Gateway'
			else 'Gone' end,
		    case j.fate when 'failed' then 'nightdrop' else j.stop end,
		    clock, j.started, clock + j.retention, j.attempt, ''
		from judged j where j.fate in ('failed', 'dismissed')
	), back as (
		insert into nightdrop.waiting (id, queue, position, priority,
		    again, since, bytes, round, attempt, failures, continues,
		    lost, state)
		select j.id, j.queue, j.position, j.priority,
		    j.again or j.fate = 'charged', j.since, j.bytes, j.round,
		    j.attempt, j.failures + (j.fate = 'charged')::integer,
		    j.continues, j.lost or j.fate = 'charged', j.state
		from judged j where j.fate in ('requeued', 'charged')
	)
	select array_agg(j.id), array_agg(j.fate),
	    count(*) filter (where j.fate = 'requeued'),
	    count(*) filter (where j.fate = 'charged'),
	    count(*) filter (where j.fate = 'failed'),
	    count(*) filter (where j.fate = 'dismissed'),
	    array_agg(j.queue) filter (where j.fate in ('requeued', 'charged')),
	    array_agg(j.bytes::bigint)
		filter (where j.fate in ('requeued', 'charged')),
	    array_agg(j.id) filter (where j.started is not null),
	    array_agg(j.attempt) filter (where j.started is not null)
	into ids, fates, requeued, charged, failed, dismissed, queues, sizes, started,
	    holders
	from judged j;

	if ids is not null then
		perform nightdrop.bundle_count(ids, fates);
	end if;
	perform nightdrop.output_drop(started, holders);
	if queues is not null then
		perform nightdrop.counter_add(queues,
		    array_fill(1::bigint, array[cardinality(queues)]), sizes);
	end if;
	update nightdrop.run u
	set lost_workers = u.lost_workers + workers_lost,
	    given_back = u.given_back + take_back.requeued
		+ take_back.charged,
	    retried = u.retried + take_back.charged,
	    failed = u.failed + take_back.failed,
	    dismissed = u.dismissed + my.dismissed
	where u.id = take_back.run;
end
$$;

comment on function nightdrop.take_back(bigint, bigint[], bigint[]) is
'Internal: declares dead workers lost and puts their jobs where they belong.';
revoke all on function nightdrop.take_back(bigint, bigint[], bigint[])
	from public;
