-- key_drop(owner, queue, key, digest, id): give back the key of a refused job.
--
-- Parameters: as for key_take, which has claimed it in this transaction.
-- Returns:    nothing.
-- Tables:     idempotency_key.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.key_drop(owner text, queue text, key text,
    digest bytea, id uuid)
returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
delete from nightdrop.idempotency_key k
where k.owner = key_drop.owner and k.queue = key_drop.queue
    and k.key = key_drop.key and k.id = key_drop.id
    and k.scope = case when key_drop.owner = '' then key_drop.digest
	else '' end
$$;

comment on function nightdrop.key_drop(text, text, text, bytea, uuid) is
'Internal: gives back the Idempotency-Key of a refused job.';
revoke all on function nightdrop.key_drop(text, text, text, bytea, uuid)
	from public;
