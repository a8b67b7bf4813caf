-- run_abandon(run, proven): a run whose workers are dead, and that nobody will
-- go on with, is closed.
--
-- Parameters: run; proven, as for worker_dead.
-- Returns:    true: closed now; false: it was already, or it has a live worker.
-- Errors:     55P03 somebody enters or closes it.
-- Tables:     worker, run, and those of take_back and run_close.
--
-- Asked for where run_open has said over, in a transaction of its own: to add
-- up a large night takes its time, and others want to open theirs.  Its jobs go
-- back; abandoned, it was not its day's.  Idempotent.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_abandon(run bigint, proven bigint[])
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	perform nightdrop.durable();
	perform nightdrop.run_lock(run);
	if exists (select from nightdrop.worker w
	    where w.run = run_abandon.run
		and not nightdrop.worker_dead(w, proven)) then
		return false;
	end if;
	-- Also so that a repeated call has something for its commit to wait for.
	update nightdrop.run u
	set abandoned = u.abandoned or u.closed is null
	where u.id = run_abandon.run;
	if not exists (select from nightdrop.run u
	    where u.id = run_abandon.run and u.closed is null) then
		return false;
	end if;
	perform nightdrop.take_back(run, null, proven);
	perform nightdrop.run_close(run);
	return true;
end
$$;

comment on function nightdrop.run_abandon(bigint, bigint[]) is
'Closes a run whose workers are dead and that nobody goes on with.';
revoke all on function nightdrop.run_abandon(bigint, bigint[]) from public;
grant execute on function nightdrop.run_abandon(bigint, bigint[])
	to nightdrop_batch;
