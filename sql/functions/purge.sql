-- purge(queue, before, reason, dry_run): room, before retention makes it.
--
-- Parameters: queue; before: jobs that ended earlier than that; reason, in
--             words, required; dry_run: only say what would be done (the
--             default).
-- Returns:    what was done, or would be, in words.
-- Errors:     ND404 no such queue; ND422 no reason, or before is in the future.
-- Tables:     queue, job, response, waiting, running, audit, and those of
--             job_erase.
--
-- Bodies, header fields and logs go, and who asks gets 410; rows stay until
-- their month is dropped.  At most 10,000 jobs a call, the oldest first, so
-- that no transaction is long: call again until it says that nothing is left.
-- A plain vacuum then makes the room usable.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.purge(queue text, before timestamptz,
    reason text, dry_run boolean default true)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
	ids uuid[];
	n bigint;
	bytes bigint;
begin
	perform nightdrop.reason_check(reason);
	if not exists (select from nightdrop.queue q
	    where q.name = purge.queue) then
		raise exception 'there is no queue %', purge.queue
		    using errcode = 'ND404',
		    hint = 'select name from nightdrop.queue_status';
	elsif before is null or before > now() then
		raise exception 'before wants a time in the past'
		    using errcode = 'ND422';
	end if;
	select array_agg(p.id) into ids from (
		select j.id from nightdrop.job j
		where j.queue = purge.queue and j.erased is null
		    and j.id < nightdrop.uuid_floor(purge.before
			+ interval '10 minutes')
		    and exists (select from nightdrop.response f
			where f.id = j.id and f.finished < purge.before)
		    and not exists (select from nightdrop.response f
			where f.id = j.id and f.finished >= purge.before)
		    and not exists (select from nightdrop.waiting w
			where w.id = j.id)
		    and not exists (select from nightdrop.running r
			where r.id = j.id)
		order by j.id limit 10001) p;
	n := least(coalesce(cardinality(ids), 0), 10000);
	if n = 0 then
		return format('queue %s: nothing ended before %s that is not purged',
		    queue, before);
	elsif dry_run then
		return format('queue %s: would purge %s jobs a call%s. Nothing was done: add dry_run => false.',
		    queue, n, case when cardinality(ids) > n
			then ', more than one call' else '' end);
	end if;
	-- Who is requeued meanwhile is left alone: job_requeue holds the last
	-- answer.
	select coalesce(array_agg(l.id order by l.id), '{}') into ids from (
		select f.id from nightdrop.response f
		where f.id = any (ids[:10000]) and not exists (
			select from nightdrop.response o
			where o.id = f.id and o.round > f.round)
		order by f.id for update of f skip locked) l
	where not exists (select from nightdrop.waiting w where w.id = l.id)
	    and not exists (select from nightdrop.running r
		where r.id = l.id);
	bytes := nightdrop.job_erase(ids, false);
	insert into nightdrop.audit (verb, object, reason, after)
	values ('purge', 'queue ' || queue, reason, jsonb_build_object(
	    'jobs', cardinality(ids), 'before', before, 'bytes', bytes,
	    'first', ids[1], 'last', ids[cardinality(ids)]));
	return format('queue %s: purged %s jobs, %s. %s', queue,
	    cardinality(ids), pg_size_pretty(bytes), case when n = 10000
	    then 'Call again: there may be more.'
	    else 'Nothing is left before that time. vacuum nightdrop.part, nightdrop.job makes the room usable.'
	    end);
end
$$;

comment on function nightdrop.purge(text, timestamptz, text, boolean) is
'Takes away bodies and logs of jobs that ended long ago: purge(''report'', now() - interval ''7 days'', ''disk is full'', dry_run => false). Without dry_run => false it only says what it would do.';
revoke all on function nightdrop.purge(text, timestamptz, text, boolean)
	from public;
grant execute on function nightdrop.purge(text, timestamptz, text, boolean)
	to nightdrop_dba;
