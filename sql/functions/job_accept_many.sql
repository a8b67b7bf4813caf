-- job_accept_many(ids, queues, owners, requests, types, bodies, digests): the
-- grouped commit of the responder.
--
-- Parameters: parallel arrays, a job each; ids distinct; types may hold null.
--             Only plain jobs: inline body, no Idempotency-Key.
-- Returns:    a receipt for each id, to be matched by id.
-- Errors:     23514 no partition for an id's month; never for a refusal, so
--             that a refused row does not take the others with it.
-- Tables:     those of accept, where all is said.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_accept_many(ids uuid[], queues text[],
    owners text[], requests jsonb[], types text[], bodies bytea[],
    digests bytea[])
returns setof nightdrop.receipt
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	return query
	select * from nightdrop.accept(ids, queues, owners, requests, types,
	    bodies, null, digests);
end
$$;

comment on function nightdrop.job_accept_many(uuid[], text[], text[], jsonb[],
    text[], bytea[], bytea[]) is
'Accepts jobs, many in one transaction; a receipt or a refusal for each.';
revoke all on function nightdrop.job_accept_many(uuid[], text[], text[],
    jsonb[], text[], bytea[], bytea[]) from public;
grant execute on function nightdrop.job_accept_many(uuid[], text[], text[],
    jsonb[], text[], bytea[], bytea[]) to nightdrop_responder;
