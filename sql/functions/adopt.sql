-- adopt(reason, moved, hold): this database is a copy, and shall run by itself.
--
-- Parameters: reason, in words, required; moved: the original is gone and this
--             one takes its place (a backup after a disaster, an upgrade), so
--             instance and secret stay; hold: all queues, so that nothing runs
--             a second time before somebody has looked.
-- Returns:    lines in words: what there is to be run, a line a queue with the
--             first jobs; what was changed; what to do next.
-- Errors:     ND422 no reason; ND409 workers are at work here: this is no copy,
--             or a file copy whose leases have not run out yet.
-- Tables:     setting, worker, run, waiting, bundle, counter, queue, audit, and
--             those of take_back and run_close.
--
-- The runs that were open in the original are closed: what was in hand there is
-- back in the line, as after a crash.  A transaction of the original, which a
-- waiting job was accepted by, may have a number that this cluster has not come
-- to: such jobs would be taken for later than any run, and get an old one.
--
-- A copy gets an instance id and a secret of its own: URLs that one of the two
-- hands out then open nothing in the other.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.adopt(reason text,
    moved boolean default false, hold boolean default true)
returns setof text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	here constant text := nightdrop.database_place();
	seen constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
	before jsonb;
	after jsonb;
	q record;
	r bigint;
	n integer := 0;
begin
	perform nightdrop.reason_check(reason);
	perform nightdrop.run_lock(0);
	select jsonb_object_agg(s.name, s.value) into before
	from nightdrop.setting s where s.name in ('instance', 'place');
	select w.run, w.host, w.lease into q
	from nightdrop.worker w
	where before->>'place' = here and w.left_at is null
	    and w.lease > clock_timestamp()
	order by w.lease desc limit 1;
	if found then
		raise exception 'run % is at work on % until % at least: what is adopted is a copy',
		    q.run, q.host, q.lease using errcode = 'ND409';
	end if;

	for q in
		select p.name, p.held, w.n + b.n as waiting, h.n as running,
		    array_to_string((h.ids || w.ids)[:3], ' ') as ids
		from nightdrop.queue p
		    cross join lateral (select count(*) as n, (array(
			select v.id from nightdrop.waiting v
			where v.queue = p.name order by v.position, v.id
			limit 3)) as ids
			from nightdrop.waiting v where v.queue = p.name) w
		    cross join lateral (select coalesce(sum(u.left_lines), 0)
			as n from nightdrop.bundle u
			where u.queue = p.name and u.sealed is not null) b
		    cross join lateral (select count(*) as n,
			array_agg(v.id order by v.id) as ids
			from nightdrop.running v where v.queue = p.name) h
		order by p.name
	loop
		return next format('queue %s: %s waiting, %s were in hand%s%s',
		    q.name, q.waiting, q.running, case when q.held
			then '; is held already' when hold then '; held now'
			else '; is not held' end,
		    coalesce('; first: ' || nullif(q.ids, ''), ''));
		if hold and not q.held then
			perform nightdrop.queue_hold(q.name,
			    'adopt: ' || reason);
		end if;
	end loop;

	for r in select u.id from nightdrop.run u where u.closed is null
	    order by u.id
	loop
		perform nightdrop.run_lock(r);
		perform nightdrop.take_back(r, null, array(select w.id
		    from nightdrop.worker w where w.run = r));
		update nightdrop.run u set abandoned = true where u.id = r;
		perform nightdrop.run_close(r);
		n := n + 1;
	end loop;
	update nightdrop.waiting w set since = '3' where w.since >= seen;
	update nightdrop.bundle b set since = '3' where b.since >= seen;

	insert into nightdrop.setting as s (name, value)
	select 'place', here
	union all select 'instance', gen_random_uuid()::text where not moved
	union all select 'secret', encode(sha256(uuid_send(gen_random_uuid())
	    || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
	    || uuid_send(gen_random_uuid())), 'hex') where not moved
	on conflict (name) do update set value = excluded.value;
	select jsonb_object_agg(s.name, s.value) into after
	from nightdrop.setting s where s.name in ('instance', 'place');
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('adopt', 'database ' || current_database(), reason, before,
	    after);

	if n > 0 then
		return next format('runs: %s were open in the original and are closed here; what they had in hand waits again', n);
	end if;
	if moved then
		return next format('instance: still %s, and URLs that were handed out go on working. The original must not run again.',
		    after->>'instance');
	else
		return next format('instance: now %s (was %s). Write it where nightdrop.conf names the old one. Restart the responders: URLs that the original handed out open nothing here any more, nor the new ones there.',
		    after->>'instance', before->>'instance');
	end if;
	if hold then
		return next 'next: look at nightdrop.waiting_job. What the original has run or will run, this copy would run again. Then, a queue at a time: select nightdrop.queue_release(''name'', ''why'')';
	end if;
end
$$;

comment on function nightdrop.adopt(text, boolean, boolean) is
'Makes a copy of a database one of its own, and holds its queues: adopt(''test copy''); adopt(''restored after a crash'', moved => true); adopt(''pg_upgrade'', moved => true, hold => false).';
revoke all on function nightdrop.adopt(text, boolean, boolean) from public;
grant execute on function nightdrop.adopt(text, boolean, boolean)
	to nightdrop_dba, nightdrop_batch;
