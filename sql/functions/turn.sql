-- turn(worker, token, f_..., s_..., want, max_bytes, cursor_...): a worker's
-- one call: what has ended, what begins, what it wants next.
--
-- Parameters: worker and token, from run_open or run_join.
--   f_...     parallel arrays, an ended attempt each: f_ids, f_attempts;
--             f_results (successful, failed, retry, continue), f_statuses,
--             f_reasons, f_bys (handler, nightdrop), f_fields, f_sizes;
--             f_bodies (null: in parts, holder = attempt; of continue: the
--             state); f_exits, f_signals, f_logs; f_retry_ms (-1: the queue's
--             back-off); f_started, f_ended, by the server's clock.
--   s_...     parallel arrays of jobs about to start: s_ids, s_attempts.
--   want, max_bytes, cursor_queues, cursor_positions, cursor_ids: how many
--             more to reserve, and where; see turn_claim.  max_bytes null:
--             for a statement, without their bodies.
-- Returns:    nightdrop.task rows, to be told apart by kind: finish and start,
--             one for each that was given; claim, jobs now reserved; stop, jobs
--             it runs that somebody wants dismissed; idle, where it wanted jobs
--             and there were none: due is when the first of those put back may
--             be tried again, null: none is waited for, or none fits into
--             the window.
-- Errors:     ND401 the token is wrong, or there are starts or a want and the
--             lease has run out: then nothing was done, and the finishes must
--             be sent again without them.
--             23514 no partition for a job's month.
-- Tables:     worker, running, waiting, attempt, response, part, event, run,
--             run_queue, queue, queue_basis, counter.
--
-- All in one transaction, three set-based statements.  Idempotent: finishes
-- and starts that are recorded are answered as such; of claims whose answer
-- was lost, mine() tells.  The counters and then the ledger come last: they
-- are what all workers share.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.turn(worker bigint, token uuid,
    f_ids uuid[], f_attempts integer[], f_results text[],
    f_statuses integer[], f_reasons text[], f_bys text[], f_fields json[],
    f_sizes bigint[], f_bodies bytea[], f_exits integer[],
    f_signals integer[], f_logs bytea[], f_retry_ms bigint[],
    f_started timestamptz[], f_ended timestamptz[], s_ids uuid[],
    s_attempts integer[], want integer, max_bytes integer,
    cursor_queues text[], cursor_positions timestamptz[], cursor_ids uuid[])
returns setof nightdrop.task
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
<<my>>
declare
	run bigint;
	f record;
	s record;
	c record;
	successful bigint := 0;
	failed bigint := 0;
	dismissed bigint := 0;
	given_back bigint := 0;
	retried bigint := 0;
	taken bigint := 0;
	queues text[];
	jobs bigint[];
	sizes bigint[];
begin
	perform nightdrop.durable();
	run := nightdrop.worker_hold(worker, token,
	    want > 0 or cardinality(s_ids) > 0);

	if cardinality(f_ids) > 0 then
		f := nightdrop.turn_finish(worker, f_ids, f_attempts,
		    f_results, f_statuses, f_reasons, f_bys, f_fields,
		    f_sizes, f_bodies, f_exits, f_signals, f_logs, f_retry_ms,
		    f_started, f_ended);
		return query select * from unnest(f.notes);
		successful := f.successful;
		failed := f.failed;
		dismissed := f.dismissed;
		given_back := f.given_back;
		retried := f.retried;
		queues := f.back_queues;
		jobs := f.back_jobs;
		sizes := f.back_sizes;
	end if;

	if cardinality(s_ids) > 0 then
		s := nightdrop.turn_start(worker, s_ids, s_attempts);
		return query select * from unnest(s.notes);
		dismissed := dismissed + s.dismissed;
	end if;

	if want > 0 then
		c := nightdrop.turn_claim(worker, run, want, max_bytes,
		    cursor_queues, cursor_positions, cursor_ids);
		return query select * from unnest(c.tasks);
		taken := c.taken;
		queues := queues || c.queues;
		jobs := jobs || (select array_agg(-j) from unnest(c.jobs) j);
		sizes := sizes || (select array_agg(-z) from unnest(c.sizes) z);
	end if;

	return query
	select (nightdrop.task_note('stop', r.id, null, r.attempt, r.queue,
	    null, r.deadline)).*
	from nightdrop.running r
	where r.worker = turn.worker and r.stop is not null
	    and r.started is not null;

	if want > 0 and taken = 0 then
		return query
		select (nightdrop.task_note('idle', null, null, null, null,
		    null, c.due)).*;
	end if;

	if queues is not null then
		perform nightdrop.counter_add(queues, jobs, sizes);
	end if;
	-- Also where nothing is new: a repeated call too must have something
	-- for its commit to wait for.
	if cardinality(f_ids) > 0 or cardinality(s_ids) > 0 or taken > 0 then
		update nightdrop.run u
		set successful = u.successful + my.successful,
		    failed = u.failed + my.failed,
		    dismissed = u.dismissed + my.dismissed,
		    given_back = u.given_back + my.given_back,
		    retried = u.retried + my.retried,
		    taken = u.taken + my.taken
		where u.id = my.run;
	end if;
end
$$;

comment on function nightdrop.turn(bigint, uuid, uuid[], integer[], text[],
    integer[], text[], text[], json[], bigint[], bytea[], integer[],
    integer[], bytea[], bigint[], timestamptz[], timestamptz[], uuid[],
    integer[], integer, integer, text[], timestamptz[], uuid[]) is
'A worker''s one call: records what ended and what begins, reserves what is next.';
revoke all on function nightdrop.turn(bigint, uuid, uuid[], integer[], text[],
    integer[], text[], text[], json[], bigint[], bytea[], integer[],
    integer[], bytea[], bigint[], timestamptz[], timestamptz[], uuid[],
    integer[], integer, integer, text[], timestamptz[], uuid[]) from public;
grant execute on function nightdrop.turn(bigint, uuid, uuid[], integer[],
    text[], integer[], text[], text[], json[], bigint[], bytea[], integer[],
    integer[], bytea[], bigint[], timestamptz[], timestamptz[], uuid[],
    integer[], integer, integer, text[], timestamptz[], uuid[])
	to nightdrop_batch;
