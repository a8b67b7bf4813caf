-- mine(worker, token, known): jobs that I have reserved without knowing.
--
-- Parameters: worker and token; known, ids that the worker knows of.
-- Returns:    nightdrop.task rows of kind claim: reserved by this worker, not
--             started, not known.  Asked on each new connection: the answer to
--             a claim may have been lost with the old one.
-- Errors:     ND401 the token is wrong.
-- Tables:     worker, running, run, job, bundle, queue, queue_basis.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.mine(worker bigint, token uuid,
    known uuid[])
returns setof nightdrop.task
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
begin
	perform nightdrop.worker_hold(worker, token, false);
	return query
	with held as materialized (
		select r.* from nightdrop.running r
		where r.worker = mine.worker and r.started is null
		    and r.id <> all (coalesce(known, '{}'))
	)
	select (nightdrop.task_claim(q, j, l, r.position, r.attempt, r.failures,
	    r.lost, r.state, n.need > u.until - u.cut,
	    nightdrop.window_latest(n.need, u.cut, u.until))).*
	from held r
	    join nightdrop.run u on u.id = r.run
	    join nightdrop.job j on j.id = r.id
	    join nightdrop.queue q on q.name = r.queue
	    join nightdrop.queue_basis b on b.queue = r.queue
	    cross join lateral (select nightdrop.queue_need(b) as need) n
	    left join lateral (
		select o.* from nightdrop.bundle o
		where j.line is not null
		    and o.id = nightdrop.bundle_of(j.id, j.line) offset 0) l
		on true
	order by r.position, r.id;
end
$$;

comment on function nightdrop.mine(bigint, uuid, uuid[]) is
'Jobs that a worker has reserved and does not know of.';
revoke all on function nightdrop.mine(bigint, uuid, uuid[]) from public;
grant execute on function nightdrop.mine(bigint, uuid, uuid[])
	to nightdrop_batch;
