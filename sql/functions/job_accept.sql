-- job_accept(id, queue, owner, request, type, body, digest, key): one job,
-- with an Idempotency-Key, or for a queue with a quota for each owner.
--
-- Parameters: of the job; key, the client's Idempotency-Key, null: none.
-- Returns:    one receipt.  Where the key was known with the same payload:
--             the first job's, as it is now, repeated.  Verdicts of job_accept_many,
--             and key_conflict, key_busy, quota (limit_value has it).
-- Errors:     23514 no partition for the id's month.
-- Tables:     idempotency_key first, then those of job_accept_many.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_accept(id uuid, queue text,
    owner text, request json, type text, body bytea, digest bytea, key text)
returns setof nightdrop.receipt
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	payload constant bytea := nightdrop.payload(digest, request);
	taken text := 'mine';
	first uuid;
	quota bigint;
	r nightdrop.receipt;
begin
	perform nightdrop.durable();
	if key is not null then
		select k.verdict, k.first into taken, first
		from nightdrop.key_take(owner, queue, key, payload, id) k;
	end if;
	if taken = 'known' then
		return query select * from nightdrop.receipts(array[first]);
		return;
	elsif taken <> 'mine' then
		return next nightdrop.refusal(id, taken);
		return;
	end if;

	quota := nightdrop.quota_check(id, queue, owner, 1);
	if quota is null then
		select * into strict r from nightdrop.job_accept_many(
		    array[id], array[queue], array[owner], array[request],
		    array[type], array[body], array[digest], counted => true);
	else
		r := nightdrop.refusal(id, 'quota', quota);
	end if;
	if r.verdict <> 'ok' and key is not null then
		perform nightdrop.key_drop(owner, queue, key, payload, id);
	end if;
	return next r;
end
$$;

comment on function nightdrop.job_accept(uuid, text, text, json, text, bytea,
    bytea, text) is
'Accepts one job, under an Idempotency-Key where there is one.';
revoke all on function nightdrop.job_accept(uuid, text, text, json, text,
    bytea, bytea, text) from public;
grant execute on function nightdrop.job_accept(uuid, text, text, json, text,
    bytea, bytea, text) to nightdrop_responder;
