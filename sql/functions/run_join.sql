-- run_join(open_run, slots, host, pid, lock, token, proven, takes,
-- lease_s): one worker more.
--
-- Parameters: open_run, its id; takes, the queues that it takes jobs of (null:
--             all of the run's); the others as for run_open (proven is not
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
    host text, pid integer, lock text, token uuid, proven bigint[],
    takes text[] default null, lease_s integer default 300)
returns table (verdict text, run bigint, worker bigint, queues text[],
    busy text[], lease_ms bigint, busy_since timestamptz, busy_worker bigint[],
    busy_host text[], busy_lock text[], business_date text,
    until timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	mine bigint;
begin
	perform nightdrop.durable();
	perform nightdrop.run_lock(open_run);
	update nightdrop.worker w set pid = w.pid
	where w.token = run_join.token and w.run = open_run
	returning w.id into mine;
	if mine is null then
		update nightdrop.run u set slots = u.slots + run_join.slots
		where u.id = open_run and u.closed is null;
		if not found then
			return query
			select 'closed', open_run, null::bigint, '{}'::text[],
			    '{}'::text[], null::bigint, null::timestamptz,
			    null::bigint[], null::text[], null::text[],
			    null::text, null::timestamptz;
			return;
		end if;
		mine := nightdrop.worker_join(open_run, slots, host, pid,
		    lock, token, takes, lease_s);
	end if;
	return query select * from nightdrop.run_seat(mine, 'joined');
end
$$;

comment on function nightdrop.run_join(bigint, integer, text, integer, text,
    uuid, bigint[], text[], integer) is 'Adds a worker to an open run.';
revoke all on function nightdrop.run_join(bigint, integer, text, integer, text,
    uuid, bigint[], text[], integer) from public;
grant execute on function nightdrop.run_join(bigint, integer, text, integer,
    text, uuid, bigint[], text[], integer) to nightdrop_batch;
