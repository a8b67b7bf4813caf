-- judge_early(id, queue, owner, type, declared, key, replaces): may this come
-- in, as far as can be told before its first byte?
--
-- Parameters: id, made for it; type and declared, media type and size of a body
--             (null: not known yet); key, an Idempotency-Key, null: none;
--             replaces, jobs whose place it will take.
-- Returns:    one row: verdict, of judge, quota or clock; limit_value (with
--             too_large, backlog and quota what was exceeded; with ok the
--             largest body that the queue takes).
-- Tables:     queue, counter, idempotency_key, waiting, bundle, job.
--
-- Where the key has made something this may be the same again, which only the
-- bytes will tell: then "come later" is not said here.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.judge_early(id uuid, queue text,
    owner text, type text, declared bigint, key text, replaces integer,
    out verdict text, out limit_value bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	q nightdrop.queue;
	quota bigint;
begin
	select * into q from nightdrop.queue p
	where p.name = judge_early.queue;
	verdict := nightdrop.judge(q.name, q.submitters, q.accepting,
	    q.media_types, q.max_size, q.max_waiting, judge_early.owner,
	    judge_early.type, declared,
	    (select sum(c.waiting) - replaces from nightdrop.counter c
	    where c.queue = judge_early.queue)::bigint);
	quota := nightdrop.quota_check(judge_early.id, judge_early.queue,
	    judge_early.owner, 1 - replaces);
	if verdict = 'ok' and quota is not null then
		verdict := 'quota';
	end if;
	if verdict in ('closed', 'backlog', 'quota') and exists (
	    select from nightdrop.idempotency_key k
	    where k.owner = judge_early.owner and k.queue = judge_early.queue
		and k.key = judge_early.key) then
		verdict := 'ok';
	end if;
	limit_value := case when verdict in ('ok', 'too_large') then q.max_size
	    when verdict = 'backlog' then q.max_waiting
	    when verdict = 'quota' then quota end;
	if verdict = 'ok' and abs(extract(epoch from
	    nightdrop.uuid_time(judge_early.id) - clock_timestamp())) > 600 then
		verdict := 'clock';
	end if;
end
$$;

comment on function nightdrop.judge_early(uuid, text, text, text, bigint, text,
    integer) is
'Internal: whether something may come in, before its first byte.';
revoke all on function nightdrop.judge_early(uuid, text, text, text, bigint,
    text, integer) from public;
