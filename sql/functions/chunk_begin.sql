-- chunk_begin(worker, token, queue, ids, attempts): a chunk of jobs for the
-- statement of a .sql handler, in the transaction that it is to run in.
--
-- Parameters: worker and token; queue, of all the jobs; ids and attempts,
--             parallel: jobs whose start is recorded.
-- Returns:    a row for each job that is still this worker's: verdict is ok, or
--             stop where somebody wants it dismissed; role, in the first row
--             alone: what the statement runs as, for the caller to set.
--             job_in_hand shows those that are ok.
-- Errors:     ND401 the token is wrong, or the lease has run out; ND403 the
--             queue's run_as will not do.
-- Tables:     worker, queue, running, chunk.
--
-- The fence: each row of running, and the worker's, is locked until the
-- transaction ends.  Whoever wants to recover the jobs waits for that, and then
-- either finds them finished, with all that the statement did, or not, and
-- nothing done.  They can still be marked to be stopped: turn, which finishes
-- them in the same transaction, tells of it.
--
-- From here on a statement of this transaction may take as long as the queue
-- allows, and ends when its client is gone.
--
-- worker + 0: as in turn_start.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.chunk_begin(worker bigint, token uuid,
    queue text, ids uuid[], attempts integer[])
returns table (id uuid, verdict text, role text)
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
	role constant text := nightdrop.chunk_role(queue);
	q nightdrop.queue;
	held uuid[];
	stopped uuid[];
begin
	perform nightdrop.durable();
	perform nightdrop.worker_hold(worker, token, true);
	select * into strict q from nightdrop.queue o
	where o.name = chunk_begin.queue;

	with mine as materialized (
		select r.id, r.stop from nightdrop.running r
		where r.id = any (ids) and r.worker + 0 = chunk_begin.worker
		    and ((r.id, r.attempt) in (select *
			from unnest(ids, attempts))) is true
		    and r.started is not null and r.queue || '' = q.name
		order by r.id for key share of r
	)
	select coalesce(array_agg(m.id) filter (where m.stop is null), '{}'),
	    coalesce(array_agg(m.id) filter (where m.stop is not null), '{}')
	into held, stopped
	from mine m;

	insert into nightdrop.chunk as c (worker, xact, ids)
	values (chunk_begin.worker, pg_current_xact_id(), held)
	on conflict on constraint chunk_pkey
	do update set xact = excluded.xact, ids = excluded.ids;

	perform set_config('statement_timeout', greatest(1, ceil(
	    extract(epoch from q.time_limit) * 1000))::bigint::text, true);
	begin
		perform set_config('client_connection_check_interval', '2s',
		    true);
	exception when invalid_parameter_value then
		null; -- a platform that cannot
	end;

	return query
	select h.id, 'ok', case h.n when 1 then my.role end
	from unnest(held) with ordinality h(id, n)
	union all
	select s, 'stop', null from unnest(stopped) s;
end
$$;

comment on function nightdrop.chunk_begin(bigint, uuid, text, uuid[],
    integer[]) is
'Begins a chunk of jobs for a statement: holds them, and shows them in job_in_hand.';
revoke all on function nightdrop.chunk_begin(bigint, uuid, text, uuid[],
    integer[]) from public;
grant execute on function nightdrop.chunk_begin(bigint, uuid, text, uuid[],
    integer[]) to nightdrop_batch;
