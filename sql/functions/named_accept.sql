-- named_accept(id, queue, owner, name, ...): a job under a name of the
-- client's, in place of the one that waits there.
--
-- Parameters: id of the new job; queue, owner and name, which together are the
--             name's scope (owner '' too: then who knows the name may replace
--             the job, so it is the name that must not be guessable); request,
--             type, body, digest of the job; body null where it is in the parts
--             of the upload of this id, and size has its size; if_match and
--             if_none_match, as in precondition.
-- Returns:    one receipt; reply is 201 where nothing waited under the name,
--             204 where this job has replaced what did.  Verdicts of
--             job_accept or upload_finish, and precondition: then nothing
--             has changed, and what waited waits (the upload is left to
--             upload_abort).
-- Errors:     23514 no partition for the id's month; those of upload_finish.
-- Tables:     named_job first, then waiting, response, counter, queue, upload
--             and those of job_accept.
--
-- Replaceable is what waits, and nothing else: a row that is deleted here from
-- waiting is one that no worker has, or ever will.  So the bytes that run are
-- the bytes whose 201 or 204 said so.  A claim in flight holds that row: we
-- wait, and find that it is gone: taken.  A job that a worker gave back, or
-- that is to be tried again, waits again, and is replaced like any other that
-- waits.  But where a newer one has come under the name meanwhile (its answer
-- was 201: the other had been taken), both are jobs in their own right; the
-- name is the newer one's, and the older can be dismissed by its monitor.
--
-- Idempotent by id, also when this job has been taken or replaced since:
-- job.replaced says whether its answer was 204.  The name's row is the lock on
-- which a repeated call waits for the first one; the job is rewritten, so that
-- the commit has WAL to wait for.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.named_accept(id uuid, queue text,
    owner text, name text, request json, type text, body bytea, size bigint,
    digest bytea, if_match text, if_none_match text)
returns setof nightdrop.receipt
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	old uuid;
	before uuid;
	w nightdrop.waiting;
	r nightdrop.receipt;
begin
	perform nightdrop.durable();
	-- What is refused is as if it had never been tried.
	begin
		insert into nightdrop.named_job as n (queue, owner, name, id)
		select q.name, owner, name, id
		from nightdrop.queue q where q.name = queue
		on conflict on constraint named_job_pkey do update set id = n.id
		returning n.id into old;
		if not found then
			return next nightdrop.refusal(id, 'no_queue');
			return;
		end if;

		update nightdrop.job j set size = j.size
		where j.id = named_accept.id and j.queue = named_accept.queue
		    and j.owner = named_accept.owner
		    and j.digest = named_accept.digest
		returning j.replaced into before;
		if found then
			select * into strict r
			from nightdrop.receipts(array[id]);
			r.reply := case when before is null then 201
			    else 204 end;
			return next r;
			return;
		end if;

		-- For its lock, which goes before those of waiting jobs.
		perform nightdrop.quota_check(id, queue, owner, 0);
		delete from nightdrop.waiting l where l.id = old
		returning * into w;
		if not nightdrop.precondition(if_match, if_none_match,
		    '"' || w.id || '"') then
			r := nightdrop.refusal(id, 'precondition');
			raise sqlstate 'ND412';
		end if;
		if w.id is not null then
			insert into nightdrop.response (id, round, outcome,
			    status, reason, by, finished, expires, attempt,
			    body)
			select w.id, w.round, 'dismissed', 410,
			    'replaced by ' || id, 'client', clock_timestamp(),
			    clock_timestamp() + q.retention, w.attempt, ''
			from nightdrop.queue q where q.name = w.queue;
			perform nightdrop.counter_add(array[w.queue],
			    array[-1::bigint], array[-w.bytes::bigint]);
		end if;

		if body is null then
			select * into strict r from nightdrop.upload_finish(id,
			    request, type, size, digest, null);
		else
			select * into strict r from nightdrop.job_accept(id,
			    queue, owner, request, type, body, digest, null);
		end if;
		if r.verdict <> 'ok' then
			raise sqlstate 'ND412';
		end if;
	exception when sqlstate 'ND412' then
		return next r;
		return;
	end;

	update nightdrop.job j set replaced = w.id
	where j.id = named_accept.id and w.id is not null;
	update nightdrop.named_job n set id = named_accept.id
	where n.queue = named_accept.queue and n.owner = named_accept.owner
	    and n.name = named_accept.name and n.id <> named_accept.id;
	r.reply := case when w.id is null then 201 else 204 end;
	return next r;
end
$$;

comment on function nightdrop.named_accept(uuid, text, text, text, json, text,
    bytea, bigint, bytea, text, text) is
'Accepts a job under a name, in place of the one that waits there.';
revoke all on function nightdrop.named_accept(uuid, text, text, text, json,
    text, bytea, bigint, bytea, text, text) from public;
grant execute on function nightdrop.named_accept(uuid, text, text, text, json,
    text, bytea, bigint, bytea, text, text) to nightdrop_responder;
