-- turn_finish(worker, ids, ...): record what became of attempts.
--
-- Parameters: worker; then parallel arrays, an ended attempt each, as in turn.
-- Returns:    one row: notes (a task of kind finish for each id: recorded with
--             what became of the job as type, or stale), the counters' changes
--             (queues, jobs, sizes: what went back into the line) and the
--             ledger's (successful, failed, dismissed, given_back, retried).
-- Errors:     23514 no partition for a job's month.
-- Tables:     running, attempt, response, waiting, part, queue, event,
--             bundle_tally.
--
-- The fence: an attempt is finished by deleting its row (id, attempt, worker)
-- from running, and by nothing else.  Whoever recovered the job has deleted or
-- changed that row before, and then this result is stale: noted, not recorded.
-- A finish that is already recorded for this worker is recorded: the answer to
-- it was lost.
--
-- An answer that stays nobody's (the job goes back, or was dismissed, or it
-- came to an end that is ours) leaves no parts behind.  The back-off is spread
-- by a tenth either way, or jobs that failed together would come back together.
--
-- By key, as in turn_start.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.turn_finish(worker bigint, ids uuid[],
    attempts integer[], results text[], statuses integer[], reasons text[],
    bys text[], fields json[], sizes bigint[], bodies bytea[],
    exits integer[], signals integer[], logs bytea[], retry_ms bigint[],
    starts timestamptz[], ends timestamptz[],
    out notes nightdrop.task[], out back_queues text[], out back_jobs bigint[],
    out back_sizes bigint[], out successful bigint, out failed bigint,
    out dismissed bigint, out given_back bigint, out retried bigint)
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
	fates text[];
	orphans uuid[];
	holders integer[];
begin
	with gone as (
		delete from nightdrop.running r
		using unnest(ids, attempts) with ordinality f(id, attempt, i)
		where r.id between f.id and f.id and r.attempt = f.attempt
		    and r.worker + 0 = turn_finish.worker
		    and r.started is not null
		returning r.id, r.queue, r.run, r.attempt, r.round, r.started,
		    r.stop, r.position, r.priority, r.since, r.bytes,
		    r.failures, r.continues, r.state, f.i
	), told as (
		select g.*, results[i] as result, statuses[i] as status,
		    reasons[i] as reason, bys[i] as by, fields[i] as fields,
		    sizes[i] as size, bodies[i] as body,
		    exits[i] as exit_code, signals[i] as signal,
		    logs[i] as log, retry_ms[i] as retry_ms,
		    starts[i] as began, ends[i] as ended
		from gone g
	), judged as materialized (
		select g.*, q.max_attempts, q.backoff, q.backoff_max, q.aging,
		    q.retention,
		    case when g.stop is not null then 'dismissed'
		    when g.result = 'retry' and g.failures + 1 < q.max_attempts
		    then 'waiting'
		    when g.result = 'continue'
			and g.continues < q.max_continues then 'waiting'
		    when g.result = 'successful' then 'successful'
		    else 'failed' end as fate
		from told g join nightdrop.queue q on q.name = g.queue
	), tried as (
		insert into nightdrop.attempt (id, attempt, round, run, worker,
		    queue, started, ended, result, status, reason, exit_code,
		    signal, log)
		select j.id, j.attempt, j.round, j.run, turn_finish.worker,
		    j.queue, coalesce(j.began, j.started),
		    coalesce(j.ended, clock),
		    case j.fate when 'waiting' then j.result else j.fate end,
		    nullif(j.status, 0), j.reason, j.exit_code, j.signal, j.log
		from judged j
	), final as (
		insert into nightdrop.response (id, round, outcome, status,
		    reason, by, finished, started, expires, attempt, fields,
		    size, body, holder)
		select j.id, j.round, j.fate, a.status, a.reason, a.by, clock,
		    j.started, clock + j.retention, j.attempt,
		    case when a.theirs then j.fields else '[]' end,
		    case when a.theirs then j.size else 0 end,
		    case when a.theirs then j.body else '' end,
		    case when a.theirs and j.body is null
			then j.attempt else 0 end
		from judged j cross join lateral (
		    select 410 as status, 'Gone' as reason, j.stop as by,
			false as theirs
		    where j.fate = 'dismissed'
		    union all
		    select 508, 'Loop Detected', 'nightdrop', false
		    where j.fate = 'failed' and j.result = 'continue'
		    union all
		    select case when j.status between 100 and 599
			then j.status else 502 end,
			coalesce(j.reason, ''), j.by, true
		    where j.fate = 'successful'
			or j.fate = 'failed' and j.result <> 'continue') a
		where j.fate <> 'waiting'
	), due as (
		select j.id, case when j.result = 'retry' then clock
		    + make_interval(secs => case when j.retry_ms >= 0
			then least(j.retry_ms / 1000.0, 31622400)
			else least(extract(epoch from j.backoff)
			    * 2.0 ^ least(j.failures, 40),
			    extract(epoch from j.backoff_max), 315360000)
			    * (0.9 + random() * 0.2) end)
		    end as not_before
		from judged j where j.fate = 'waiting'
	), back as (
		insert into nightdrop.waiting (id, queue, position, priority,
		    again, not_before, since, bytes, round, attempt, failures,
		    continues, lost, state)
		select j.id, j.queue, greatest(j.position,
			coalesce(d.not_before, clock) - j.priority * j.aging),
		    j.priority, j.result = 'retry',
		    coalesce(d.not_before, '-infinity'),
		    case j.result when 'retry' then j.since
			else pg_current_xact_id() end,
		    j.bytes, j.round, j.attempt,
		    j.failures + (j.result = 'retry')::integer,
		    j.continues + (j.result = 'continue')::integer, false,
		    case j.result when 'retry' then j.state else j.body end
		from judged j join due d on d.id = j.id
	)
	select array_agg(nightdrop.task_note('finish', j.id, 'recorded',
		j.attempt, j.queue, j.fate, null)),
	    array_agg(j.id), array_agg(j.fate),
	    array_agg(j.queue) filter (where j.fate = 'waiting'),
	    array_agg(1::bigint) filter (where j.fate = 'waiting'),
	    array_agg(j.bytes::bigint) filter (where j.fate = 'waiting'),
	    count(*) filter (where j.fate = 'successful'),
	    count(*) filter (where j.fate = 'failed'),
	    count(*) filter (where j.fate = 'dismissed'),
	    count(*) filter (where j.fate = 'waiting'),
	    count(*) filter (where j.fate = 'waiting'),
	    array_agg(j.id) filter (where j.by = 'nightdrop' or j.body is null
		and j.fate in ('waiting', 'dismissed')),
	    array_agg(j.attempt) filter (where j.by = 'nightdrop'
		or j.body is null and j.fate in ('waiting', 'dismissed'))
	into notes, done, fates, back_queues, back_jobs, back_sizes, successful,
	    failed, dismissed, given_back, retried, orphans, holders
	from judged j;

	if done is not null then
		perform nightdrop.bundle_count(done, fates);
	end if;
	perform nightdrop.output_drop(orphans, holders);
	if coalesce(cardinality(done), 0) = cardinality(ids) then
		return;
	end if;

	-- The rest was recorded before, or is stale.
	with late as materialized (
		select f.id, f.attempt, a.queue,
		    case when a.result in ('retry', 'continue') then 'waiting'
			else a.result end as fate
		from unnest(ids, attempts) f(id, attempt)
		    left join lateral (
			select o.queue, o.result from nightdrop.attempt o
			where o.id = f.id and o.attempt = f.attempt
			    and o.worker = turn_finish.worker
			    and o.result <> 'lost' offset 0) a on true
		where f.id <> all (coalesce(done, '{}'))
	), noted as (
		insert into nightdrop.event (kind, id, run, worker, text)
		select 'stale_finish', l.id, w.run, w.id,
		    format('attempt %s is no longer this worker''s: its result was refused',
			l.attempt)
		from late l join nightdrop.worker w on w.id = turn_finish.worker
		where l.fate is null
	)
	select notes || array_agg(nightdrop.task_note('finish', l.id,
	    case when l.fate is null then 'stale' else 'recorded' end,
	    l.attempt, l.queue, l.fate, null))
	into notes
	from late l;
end
$$;

comment on function nightdrop.turn_finish(bigint, uuid[], integer[], text[],
    integer[], text[], text[], json[], bigint[], bytea[], integer[],
    integer[], bytea[], bigint[], timestamptz[], timestamptz[]) is
'Internal: records what became of attempts; the fence against superseded ones.';
revoke all on function nightdrop.turn_finish(bigint, uuid[], integer[], text[],
    integer[], text[], text[], json[], bigint[], bytea[], integer[],
    integer[], bytea[], bigint[], timestamptz[], timestamptz[]) from public;
