-- upload_finish(id, request, type, size, digest, key): an upload becomes a job.
--
-- Parameters: id of the upload and of the job; size in bytes and digest of all
--             its parts together, null where it is not known; key, an
--             Idempotency-Key, null: none.
-- Returns:    one receipt.  verdict none: there is no such upload.  Verdicts of
--             job_accept, key_conflict, key_busy: the upload and its parts are
--             gone; likewise where the key was known (then the receipt is that
--             of the first job, repeated).
-- Errors:     ND503 the parts are not all there: the server lost them in a
--             crash before anything was promised; send it all again.
-- Tables:     idempotency_key, upload, part, then those of job_accept_many.
--
-- Idempotent by id: a job of this id is answered with, and rewritten so that
-- the commit has WAL to wait for.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_finish(id uuid, request json,
    type text, size bigint, digest bytea, key text)
returns setof nightdrop.receipt
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	payload constant bytea := nightdrop.payload(digest, request);
	u nightdrop.upload;
	taken text := 'mine';
	first uuid;
	r nightdrop.receipt;
	quota bigint;
	parts bigint;
	last integer;
	bytes bigint;
begin
	perform nightdrop.durable();
	select * into u from nightdrop.upload o where o.id = upload_finish.id;
	if found and key is not null then
		select k.verdict, k.first into taken, first
		from nightdrop.key_take(u.owner, u.queue, key, payload, id) k;
	end if;
	-- Whoever else ends this upload has done so when this lock is had.
	perform from nightdrop.upload o where o.id = upload_finish.id for update;
	if not found then
		update nightdrop.job j set size = j.size
		where j.id = upload_finish.id
		    and coalesce(j.digest = upload_finish.digest, true);
		if found then
			return query select * from nightdrop.receipts(array[id]);
		else
			perform nightdrop.key_drop(u.owner, u.queue, key,
			    payload, id);
			return next nightdrop.refusal(id, 'none');
		end if;
		return;
	end if;
	if taken = 'known' then
		perform nightdrop.upload_forget(id);
		return query select * from nightdrop.receipts(array[first]);
		return;
	elsif taken <> 'mine' then
		perform nightdrop.upload_forget(id);
		return next nightdrop.refusal(id, taken);
		return;
	end if;

	select count(*), max(p.seq), sum(octet_length(p.data))
	into parts, last, bytes
	from nightdrop.part p where p.id = upload_finish.id and p.holder = 0;
	if parts <> coalesce(last + 1, 0) or coalesce(bytes, 0) <> size then
		raise exception 'upload %: % parts with % bytes are here, % bytes were sent',
		    id, parts, coalesce(bytes, 0), size using errcode = 'ND503';
	end if;

	quota := nightdrop.quota_check(id, u.queue, u.owner, 1);
	if quota is null then
		select * into strict r from nightdrop.job_accept_many(
		    array[id], array[u.queue], array[u.owner], array[request],
		    array[type], array[null::bytea], array[digest],
		    array[size], true);
	else
		r := nightdrop.refusal(id, 'quota', quota);
	end if;
	if r.verdict = 'ok' then
		delete from nightdrop.upload o where o.id = upload_finish.id;
	else
		perform nightdrop.upload_forget(id);
		if key is not null then
			perform nightdrop.key_drop(u.owner, u.queue, key,
			    payload, id);
		end if;
	end if;
	return next r;
end
$$;

comment on function nightdrop.upload_finish(uuid, json, text, bigint, bytea,
    text) is
'Turns an upload, all of whose parts are stored, into a job.';
revoke all on function nightdrop.upload_finish(uuid, json, text, bigint,
    bytea, text) from public;
grant execute on function nightdrop.upload_finish(uuid, json, text, bigint,
    bytea, text) to nightdrop_responder;
