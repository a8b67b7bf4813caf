-- worker_hold(worker, token, live): is it that worker who calls?
--
-- Parameters: worker and its token; live: whether what it wants needs a lease
--             (claims and starts do; what it finishes is fenced by the row in
--             running).
-- Returns:    its run.
-- Errors:     ND401 wrong token; with live also: it has left, was declared
--             lost, or its lease has run out.
-- Tables:     worker.
--
-- Holds the worker's row until the end of the transaction: whoever declares
-- this worker dead locks the row first, so it either waits and then sees all
-- that this call has done, or comes first and is seen here.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.worker_hold(worker bigint, token uuid,
    live boolean)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	w nightdrop.worker;
begin
	select * into w from nightdrop.worker o
	where o.id = worker_hold.worker and o.token = worker_hold.token
	for key share;
	if not found then
		raise exception 'worker % has another token', worker
		    using errcode = 'ND401';
	elsif live and (w.lost or w.left_at is not null) then
		raise exception 'worker % has %', worker, case when w.lost
		    then 'been declared lost' else 'left its run' end
		    using errcode = 'ND401';
	elsif live and w.lease < clock_timestamp() then
		raise exception 'the lease of worker % ran out at %', worker,
		    w.lease using errcode = 'ND401';
	end if;
	return w.run;
end
$$;

comment on function nightdrop.worker_hold(bigint, uuid, boolean) is
'Internal: checks a worker''s token and lease, and holds its row.';
revoke all on function nightdrop.worker_hold(bigint, uuid, boolean)
	from public;
