-- lease_renew(worker, token): another term.
--
-- Returns:  milliseconds that the lease lasts from now.
-- Errors:   ND401 wrong token; it has left, was declared lost, or its lease has
--           run out: then somebody may be taking its jobs already.
-- Tables:   worker.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.lease_renew(worker bigint, token uuid)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	term interval;
begin
	perform nightdrop.durable();
	perform nightdrop.worker_hold(worker, token, true);
	update nightdrop.worker w
	set lease = clock_timestamp() + w.term
	where w.id = lease_renew.worker
	returning w.term into term;
	return extract(epoch from term) * 1000;
end
$$;

comment on function nightdrop.lease_renew(bigint, uuid) is
'Renews a worker''s lease.';
revoke all on function nightdrop.lease_renew(bigint, uuid) from public;
grant execute on function nightdrop.lease_renew(bigint, uuid)
	to nightdrop_batch;
