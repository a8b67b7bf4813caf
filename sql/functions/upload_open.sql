-- upload_open(id, queue, owner, type, declared, key, name): a body on its way in.
--
-- Parameters: id, which the job will have; declared, its size in bytes, null
--             where it is not known; key, an Idempotency-Key, null: none;
--             name, of a named job, null: none.
-- Returns:    one row: verdict (ok no_queue nobody forbidden closed media_type
--             too_large clock backlog quota taken), limit_value (with too_large,
--             backlog and quota what was exceeded; with ok what may come, for a
--             body of unknown size).
-- Errors:     none of its own.
-- Tables:     named_job, job, upload, and those of judge_early.
--
-- Judged before the first byte is stored, and again by upload_finish: what comes
-- in meanwhile is not counted, neither for the backlog nor for a quota.  What
-- will replace a waiting job is none more.
-- Idempotent by id.  The commit need not wait for the disk: nothing is
-- promised yet, and the flush of upload_finish covers what was written before.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_open(id uuid, queue text,
    owner text, type text, declared bigint, key text default null,
    name text default null)
returns table (verdict text, limit_value bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	perform set_config('synchronous_commit', 'off', true);
	select e.verdict, e.limit_value into verdict, limit_value
	from nightdrop.judge_early(upload_open.id, upload_open.queue,
	    upload_open.owner, upload_open.type, declared, upload_open.key,
	    (nightdrop.named_waiting(upload_open.queue, upload_open.owner,
		upload_open.name) is not null)::integer) e;
	if verdict <> 'ok' then
		return next;
		return;
	end if;

	insert into nightdrop.upload as u (id, queue, owner)
	select upload_open.id, upload_open.queue, upload_open.owner
	where not exists (select from nightdrop.job j
	    where j.id = upload_open.id)
	on conflict (id) do update set expires = excluded.expires
	where u.owner = excluded.owner and u.queue = excluded.queue;
	if not found then
		verdict := 'taken';
	end if;
	return next;
end
$$;

comment on function nightdrop.upload_open(uuid, text, text, text, bigint,
    text, text) is
'Opens the way in for a body that comes in parts.';
revoke all on function nightdrop.upload_open(uuid, text, text, text, bigint,
    text, text) from public;
grant execute on function nightdrop.upload_open(uuid, text, text, text, bigint,
    text, text) to nightdrop_responder;
