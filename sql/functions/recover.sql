-- recover(worker, token, proven): take over from other workers of my run.
--
-- Parameters: worker and token; proven, ids of workers whose guardian's lock
--             file was found free on this host.
-- Returns:    one row: workers declared lost; requeued, charged and failed as
--             in take_back.
-- Errors:     ND401.
-- Tables:     those of take_back.
--
-- Also proven dead: other workers under the same lock.  A guardian has one at
-- a time; of one that died before it had its answer no guardian knows the id.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.recover(worker bigint, token uuid,
    proven bigint[])
returns table (workers bigint, requeued bigint, charged bigint, failed bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
<<my>>
declare
	run bigint;
begin
	perform nightdrop.durable();
	run := nightdrop.worker_hold(worker, token, true);
	return query
	select t.workers_lost, t.requeued, t.charged, t.failed
	from nightdrop.take_back(run, array(select w.id
		from nightdrop.worker w
		where w.run = my.run and w.left_at is null
		    and w.id <> recover.worker), proven || array(select w.id
		from nightdrop.worker me
		    join nightdrop.worker w on w.run = me.run
			and w.host = me.host and w.lock = me.lock
		where me.id = recover.worker and w.id <> me.id)) t;
end
$$;

comment on function nightdrop.recover(bigint, uuid, bigint[]) is
'Takes the jobs of dead workers of the same run back.';
revoke all on function nightdrop.recover(bigint, uuid, bigint[]) from public;
grant execute on function nightdrop.recover(bigint, uuid, bigint[])
	to nightdrop_batch;
