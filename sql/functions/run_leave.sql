-- run_leave(worker, token): a worker goes; the last one closes the run.
--
-- Parameters: worker and token.
-- Returns:    the run's row of run_ledger().
-- Errors:     ND401 the token is wrong; 55P03 another worker is just leaving.
-- Tables:     those of take_back and run_close.
--
-- What it still had reserved goes back; what it had started is charged as lost
-- (a worker that ends its run in order has nothing started).  Workers that are
-- dead do not keep a run open: their jobs go back too.  Idempotent.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_leave(worker bigint, token uuid)
returns table (closed boolean, run bigint, opened timestamptz,
    closed_at timestamptz, taken bigint, successful bigint, failed bigint,
    dismissed bigint, given_back bigint, retried bigint,
    waiting_at_open bigint, left_waiting bigint, accepted_since bigint,
    balanced boolean, trouble text[], queues text, lost bigint,
    until timestamptz, carried_over bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	mine nightdrop.worker;
	reserved uuid[];
	kin bigint[];
begin
	perform nightdrop.durable();
	-- The run's lock first: a join, a leave and an opening wait here.
	perform nightdrop.run_lock(w.run) from nightdrop.worker w
	where w.id = run_leave.worker;
	perform nightdrop.worker_hold(worker, token, false);
	select * into mine from nightdrop.worker w
	where w.id = run_leave.worker;

	if mine.left_at is null then
		select array_agg(r.id) into reserved
		from nightdrop.running r
		where r.worker = run_leave.worker and r.started is null;
		if reserved is not null then
			perform nightdrop.give_back(worker, token, reserved,
			    array_fill(false, array[cardinality(reserved)]));
		end if;
		if exists (select from nightdrop.running r
		    where r.worker = run_leave.worker) then
			perform nightdrop.take_back(mine.run, array[worker],
			    array[worker]);
		end if;
		update nightdrop.worker w set left_at = clock_timestamp()
		where w.id = run_leave.worker and w.left_at is null;
	end if;
	-- Also so that a repeated call has something for its commit to wait for.
	update nightdrop.run u set slots = u.slots where u.id = mine.run;

	-- Those that its guardian had before it.
	kin := array(select w.id from nightdrop.worker w
	    where w.run = mine.run and w.host = mine.host
		and w.lock = mine.lock);
	if exists (select from nightdrop.run u
		where u.id = mine.run and u.closed is null)
	    and not exists (select from nightdrop.worker w
		where w.run = mine.run
		and not nightdrop.worker_dead(w, kin)) then
		perform nightdrop.take_back(mine.run, null, kin);
		perform nightdrop.run_close(mine.run);
	end if;

	return query select * from nightdrop.run_ledger(mine.run);
end
$$;

comment on function nightdrop.run_leave(bigint, uuid) is
'A worker leaves its run; the last one closes it and gets the ledger.';
revoke all on function nightdrop.run_leave(bigint, uuid) from public;
grant execute on function nightdrop.run_leave(bigint, uuid) to nightdrop_batch;
