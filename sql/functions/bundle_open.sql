-- bundle_open(id, queue, owner, request, key): many jobs on their way in.
--
-- Parameters: id, whose last 32 bits are zero; request, the CGI variables that
--             all its jobs have in common; key, an Idempotency-Key, null: none.
-- Returns:    one row: verdict (ok no_queue nobody forbidden closed media_type
--             clock backlog quota taken), limit_value (with backlog and quota
--             what was exceeded; with ok how long a line may be).
-- Errors:     none of its own.
-- Tables:     bundle, and those of judge_early.
--
-- Judged before the first line is stored, and again by bundle_seal.  Each line
-- is a body of type application/json.  Idempotent by id.  The commit need not
-- wait for the disk: nothing is promised yet, and the flush of bundle_seal
-- covers what was written before.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_open(id uuid, queue text,
    owner text, request json, key text default null)
returns table (verdict text, limit_value bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	perform set_config('synchronous_commit', 'off', true);
	select e.verdict, e.limit_value into verdict, limit_value
	from nightdrop.judge_early(bundle_open.id, bundle_open.queue,
	    bundle_open.owner, 'application/json', null, bundle_open.key, 0) e;
	if verdict <> 'ok' then
		return next;
		return;
	end if;

	insert into nightdrop.bundle as b (id, queue, owner, request)
	values (bundle_open.id, bundle_open.queue, bundle_open.owner,
	    bundle_open.request)
	on conflict (id) do update set expires = excluded.expires
	where b.owner = excluded.owner and b.queue = excluded.queue
	    and b.sealed is null;
	if not found then
		verdict := 'taken';
	end if;
	return next;
end
$$;

comment on function nightdrop.bundle_open(uuid, text, text, json, text) is
'Opens the way in for many jobs at once.';
revoke all on function nightdrop.bundle_open(uuid, text, text, json, text)
	from public;
grant execute on function nightdrop.bundle_open(uuid, text, text, json, text)
	to nightdrop_responder;
