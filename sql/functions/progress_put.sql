-- progress_put(worker, token, ids, attempts, texts): how far handlers are, for
-- the monitors of their jobs.
--
-- Parameters: worker and token; parallel arrays: jobs that the worker runs, the
--             number of the attempt, what its handler has said last.
-- Returns:    nothing.  What is no longer this worker's attempt is passed over.
-- Errors:     ND401 the token is wrong.
-- Tables:     worker, running.
--
-- News for readers, and nothing else depends on it: so nobody waits for this
-- commit, and a call that is lost is not made again.  The lease is not asked
-- for: the row in running is the fence.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.progress_put(worker bigint, token uuid,
    ids uuid[], attempts integer[], texts text[])
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
begin
	perform set_config('synchronous_commit', 'off', true);
	perform nightdrop.worker_hold(worker, token, false);
	with said as materialized (
		select r.id from nightdrop.running r
		where r.id = any (ids) and r.worker + 0 = progress_put.worker
		    and ((r.id, r.attempt) in (select *
			from unnest(ids, attempts))) is true
		    and r.started is not null
		order by r.id for no key update of r
	)
	update nightdrop.running r
	set progress = left(texts[array_position(ids, r.id)], 200)
	where r.id = any (array(select s.id from said s));
end
$$;

comment on function nightdrop.progress_put(bigint, uuid, uuid[], integer[],
    text[]) is
'What handlers say about how far they are, into the monitors of their jobs.';
revoke all on function nightdrop.progress_put(bigint, uuid, uuid[], integer[],
    text[]) from public;
grant execute on function nightdrop.progress_put(bigint, uuid, uuid[],
    integer[], text[]) to nightdrop_batch;
