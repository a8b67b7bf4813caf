-- digest_put(worker, token, id, digest): the digest of a body that came in
-- pieces, now that a run has read all of it.
--
-- Parameters: worker and token; id of a job that it runs; digest, SHA-256.
-- Returns:    nothing; a digest that is known stays.
-- Errors:     ND401 the token is wrong.
-- Tables:     worker, running, job.
--
-- The one update of a row in job, once in its life.  Idempotent.  The commit
-- need not wait for the disk: what is lost the next reader finds again.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.digest_put(worker bigint, token uuid,
    id uuid, digest bytea)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
	perform set_config('synchronous_commit', 'off', true);
	perform nightdrop.worker_hold(worker, token, false);
	update nightdrop.job j set digest = digest_put.digest
	where j.id = digest_put.id and j.digest is null
	    and exists (select from nightdrop.running r
		where r.id = digest_put.id and r.worker + 0 = digest_put.worker
		    and r.started is not null);
end
$$;

comment on function nightdrop.digest_put(bigint, uuid, uuid, bytea) is
'Stores the digest of a body that came in pieces.';
revoke all on function nightdrop.digest_put(bigint, uuid, uuid, bytea)
	from public;
grant execute on function nightdrop.digest_put(bigint, uuid, uuid, bytea)
	to nightdrop_batch;
