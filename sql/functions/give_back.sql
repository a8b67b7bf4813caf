-- give_back(worker, token, ids, started): jobs that this worker will not run.
--
-- Parameters: worker and token; ids and started, parallel: started is true
--             where the start was recorded and no process was made of it
--             (then that attempt never was, and is not charged).
-- Returns:    how many were given back or, where somebody wanted them stopped,
--             dismissed; others are not this worker's any more.
-- Errors:     ND401 the token is wrong.
-- Tables:     worker, running, waiting, response, queue, counter, run,
--             bundle_tally.
--
-- Back to the place that they had.  Idempotent: a second time there is nothing
-- to give back.  By key, as in turn_start.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.give_back(worker bigint, token uuid,
    ids uuid[], started boolean[])
returns bigint
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
	clock constant timestamptz := clock_timestamp();
	run bigint;
	n bigint;
	stopped bigint;
	ended uuid[];
	queues text[];
	sizes bigint[];
	begun uuid[];
	holders integer[];
begin
	perform nightdrop.durable();
	run := nightdrop.worker_hold(worker, token, false);
	with gone as (
		delete from nightdrop.running r
		where r.id = any (ids) and r.worker + 0 = give_back.worker
		    and ((r.id, r.started is not null) in (select *
			from unnest(ids, give_back.started))) is true
		returning r.*
	), judged as materialized (
		select g.*, q.retention, g.attempt
			- (g.started is not null)::integer as before
		from gone g join nightdrop.queue q on q.name = g.queue
	), final as (
		insert into nightdrop.response (id, round, outcome, status,
		    reason, by, finished, expires, attempt, body)
		select j.id, j.round, 'dismissed', 410, 'Gone', j.stop, clock,
		    clock + j.retention, j.before, ''
		from judged j where j.stop is not null
	), back as (
		insert into nightdrop.waiting (id, queue, position, priority,
		    again, since, bytes, round, attempt, failures, continues,
		    lost, state)
		select j.id, j.queue, j.position, j.priority, j.again, j.since,
		    j.bytes, j.round, j.before, j.failures, j.continues,
		    j.lost, j.state
		from judged j where j.stop is null
	)
	select count(*), count(j.stop),
	    array_agg(j.id) filter (where j.stop is not null),
	    array_agg(j.queue) filter (where j.stop is null),
	    array_agg(j.bytes::bigint) filter (where j.stop is null),
	    array_agg(j.id) filter (where j.started is not null),
	    array_agg(j.attempt) filter (where j.started is not null)
	into n, stopped, ended, queues, sizes, begun, holders
	from judged j;

	if ended is not null then
		perform nightdrop.bundle_count(ended, array_fill(
		    'dismissed'::text, array[cardinality(ended)]));
	end if;
	perform nightdrop.output_drop(begun, holders);
	if queues is not null then
		perform nightdrop.counter_add(queues,
		    array_fill(1::bigint, array[cardinality(queues)]), sizes);
	end if;
	update nightdrop.run u
	set given_back = u.given_back + n - stopped,
	    dismissed = u.dismissed + stopped
	where u.id = my.run;
	return n;
end
$$;

comment on function nightdrop.give_back(bigint, uuid, uuid[], boolean[]) is
'Puts jobs that a worker will not run back where they were.';
revoke all on function nightdrop.give_back(bigint, uuid, uuid[], boolean[])
	from public;
grant execute on function nightdrop.give_back(bigint, uuid, uuid[], boolean[])
	to nightdrop_batch;
