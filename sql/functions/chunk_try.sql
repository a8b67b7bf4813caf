-- chunk_try(queue, type, body): a made-up job for the statement of a .sql
-- handler, to try it with.
--
-- Parameters: queue, its name; type and body of the job.
-- Returns:    one row: id, the job's; role, what the statement runs as.
-- Errors:     ND404 no such queue; ND403 its run_as will not do.
-- Tables:     queue, chunk.
--
-- job_in_hand shows the job in this transaction, which is to be rolled back.
-- There is no such job anywhere else, whatever becomes of the transaction.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.chunk_try(queue text, type text,
    body bytea)
returns table (id uuid, role text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
<<my>>
declare
	role constant text := nightdrop.chunk_role(queue);
	id constant uuid := gen_random_uuid();
begin
	insert into nightdrop.chunk (worker, xact, ids, queue, type, body)
	values (-pg_backend_pid(), pg_current_xact_id(), array[my.id],
	    chunk_try.queue, chunk_try.type, chunk_try.body);
	perform set_config('statement_timeout', (select ceil(extract(epoch
	    from q.time_limit) * 1000)::bigint::text from nightdrop.queue q
	    where q.name = chunk_try.queue), true);
	return query select my.id, my.role;
end
$$;

comment on function nightdrop.chunk_try(text, text, bytea) is
'A made-up job in job_in_hand, to try the statement of a .sql handler with.';
revoke all on function nightdrop.chunk_try(text, text, bytea) from public;
grant execute on function nightdrop.chunk_try(text, text, bytea)
	to nightdrop_batch;
