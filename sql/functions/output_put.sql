-- output_put(worker, token, id, attempt, seq, data): a part of an answer.
--
-- Parameters: worker and token; id and attempt of a job that it runs; seq,
--             from 0; data, at most 256 KiB.
-- Returns:    false: stale, the attempt is not this worker's any more.
-- Errors:     ND401 the token is wrong; 23514 no partition for the id's month.
-- Tables:     worker, running, part.
--
-- Idempotent by seq.  The row in running is held, so that whoever takes the
-- job away waits and then sweeps this part too.  The commit need not wait for
-- the disk: the flush of the finish covers what was written before.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.output_put(worker bigint, token uuid,
    id uuid, attempt integer, seq integer, data bytea)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
	perform set_config('synchronous_commit', 'off', true);
	perform nightdrop.worker_hold(worker, token, false);
	perform from nightdrop.running r
	where r.id = output_put.id and r.attempt = output_put.attempt
	    and r.worker + 0 = output_put.worker and r.started is not null
	for key share;
	if not found then
		return false;
	end if;
	insert into nightdrop.part as p (id, holder, seq, data)
	values (output_put.id, output_put.attempt, output_put.seq,
	    output_put.data)
	on conflict on constraint part_pkey do update set data = excluded.data;
	return true;
end
$$;

comment on function nightdrop.output_put(bigint, uuid, uuid, integer, integer,
    bytea) is 'Stores a part of a handler''s answer while it runs.';
revoke all on function nightdrop.output_put(bigint, uuid, uuid, integer,
    integer, bytea) from public;
grant execute on function nightdrop.output_put(bigint, uuid, uuid, integer,
    integer, bytea) to nightdrop_batch;
