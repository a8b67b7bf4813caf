-- key_take(owner, queue, key, digest, id): claim an Idempotency-Key for a job.
--
-- Parameters: owner '' where there is none: then the key holds for this payload
--             only; digest, of the payload (see payload), and id of the job
--             that wants it.
-- Returns:    one row.  verdict: mine (the key is this job's: accept it now,
--             and delete the key's row if that is refused), known (it made the
--             job first, to be answered with), key_conflict (it made first from
--             another payload), key_busy (its first request is still in flight
--             after a second).
-- Tables:     idempotency_key, job, bundle.
--
-- The row that was there is rewritten, so that the commit has WAL to wait for.
-- A key whose job is no longer kept is this job's.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.key_take(owner text, queue text, key text,
    digest bytea, id uuid, out verdict text, out first uuid)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $$
declare
	known nightdrop.idempotency_key;
begin
	insert into nightdrop.idempotency_key as k (owner, queue, key, scope,
	    id, digest)
	values (key_take.owner, key_take.queue, key_take.key,
	    case when key_take.owner = '' then key_take.digest else '' end,
	    key_take.id, key_take.digest)
	on conflict on constraint idempotency_key_pkey
	do update set created = k.created
	returning * into known;

	first := known.id;
	if known.id = key_take.id then
		verdict := 'mine';
	elsif not exists (select from nightdrop.job j where j.id = known.id)
	    and not exists (select from nightdrop.bundle b
		where b.id = known.id and b.sealed is not null) then
		update nightdrop.idempotency_key k
		set id = key_take.id, digest = key_take.digest, created = now()
		where (k.owner, k.queue, k.key, k.scope)
		    = (known.owner, known.queue, known.key, known.scope);
		verdict := 'mine';
		first := key_take.id;
	elsif known.digest = key_take.digest then
		verdict := 'known';
	else
		verdict := 'key_conflict';
	end if;
exception when lock_not_available then
	verdict := 'key_busy';
end
$$;

comment on function nightdrop.key_take(text, text, text, bytea, uuid) is
'Internal: claims an Idempotency-Key for a job, or tells which job has it.';
revoke all on function nightdrop.key_take(text, text, text, bytea, uuid)
	from public;
