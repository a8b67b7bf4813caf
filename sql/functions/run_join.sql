-- run_join(open_run, slots, host, pid, lock, token, proven): one worker more.
--
-- Parameters: open_run, its id; the others as for run_open (proven is not
--             looked at here: recover() is called next).
-- Returns:    one row like run_open's: verdict joined, or closed (it has ended,
--             or there never was such a run).
-- Errors:     55P03 it is just being closed.
-- Tables:     run, run_queue, worker.
--
-- Idempotent by token.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_join(open_run bigint, slots integer,
    host text, pid integer, lock text, token uuid, proven bigint[])
returns table (verdict text, run bigint, worker bigint, queues text[],
    busy text[], lease_ms bigint, busy_since timestamptz, busy_worker bigint[],
    busy_host text[], busy_lock text[])
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	perform nightdrop.durable();
	perform nightdrop.run_lock(open_run);
	verdict := 'joined';
	run := open_run;
	lease_ms := 300000;
	busy := '{}';

	update nightdrop.worker w set pid = w.pid
	where w.token = run_join.token and w.run = open_run
	returning w.id into worker;
	if worker is null then
		update nightdrop.run u set slots = u.slots + run_join.slots
		where u.id = open_run and u.closed is null;
		if not found then
			verdict := 'closed';
			return next;
			return;
		end if;
		worker := nightdrop.worker_join(open_run, slots, host, pid,
		    lock, token);
	end if;

	select coalesce(array_agg(rq.queue order by rq.queue), '{}')
	into queues
	from nightdrop.run_queue rq where rq.run = open_run and rq.open;
	return next;
end
$$;

comment on function nightdrop.run_join(bigint, integer, text, integer, text,
    uuid, bigint[]) is 'Adds a worker to an open run.';
revoke all on function nightdrop.run_join(bigint, integer, text, integer, text,
    uuid, bigint[]) from public;
grant execute on function nightdrop.run_join(bigint, integer, text, integer,
    text, uuid, bigint[]) to nightdrop_batch;
