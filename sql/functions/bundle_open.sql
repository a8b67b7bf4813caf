-- bundle_open(id, queue, owner, request, key): many jobs on their way in.
--
-- Parameters: id, whose last 32 bits are zero; request, the CGI variables that
--             all its jobs have in common; key, an Idempotency-Key, null: none.
-- Returns:    one row: verdict (ok no_queue nobody forbidden closed media_type clock
--             backlog quota taken), limit_value (with backlog and quota what was
--             exceeded; with ok how long a line may be).
-- Errors:     none of its own.
-- Tables:     queue, counter, idempotency_key, waiting, bundle.
--
-- Judged before the first line is stored, and again by bundle_seal;
-- where the key has made a bundle, "come later" is not said here, as in
-- upload_open.  Each line is a body of type application/json.  Idempotent by id.  The commit need
-- not wait for the disk: nothing is promised yet, and the flush of bundle_seal
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
declare
	q nightdrop.queue;
	quota bigint;
begin
	perform set_config('synchronous_commit', 'off', true);
	select * into q from nightdrop.queue p
	where p.name = bundle_open.queue;
	verdict := nightdrop.judge(q.name, q.submitters, q.accepting,
	    q.media_types, q.max_size, q.max_waiting, bundle_open.owner,
	    'application/json', null,
	    (select sum(c.waiting) from nightdrop.counter c
	    where c.queue = bundle_open.queue)::bigint);
	quota := nightdrop.quota_check(bundle_open.id, bundle_open.queue,
	    bundle_open.owner, 1);
	if verdict = 'ok' and quota is not null then
		verdict := 'quota';
	end if;
	if verdict in ('closed', 'backlog', 'quota') and exists (
	    select from nightdrop.idempotency_key k
	    where k.owner = bundle_open.owner and k.queue = bundle_open.queue
		and k.key = bundle_open.key) then
		verdict := 'ok';
	end if;
	limit_value := case verdict when 'ok' then q.max_size
	    when 'backlog' then q.max_waiting when 'quota' then quota end;
	if verdict = 'ok' and abs(extract(epoch from
	    nightdrop.uuid_time(bundle_open.id) - clock_timestamp())) > 600 then
		verdict := 'clock';
	end if;
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
