-- run_open(scope, slots, host, pid, lock, token, proven): a run begins, or goes
-- on.
--
-- Parameters: scope, names of queues, null: all; slots, host, pid and lock
--             (the path of its guardian's lock file) of the worker; token, its
--             secret, made anew for each opening; proven, ids of workers whose
--             lock file was found free.
-- Returns:    one row.  verdict opened or resumed: run, worker, queues (that
--             it has), busy (queues of the scope that other runs have),
--             lease_ms.  busy: all of them are; then busy_since, the oldest
--             opening, and parallel busy_worker, busy_host, busy_lock, the
--             live workers in the way.  no_queue: busy has the names that are
--             no queues.
-- Errors:     55P03 somebody else is opening, or closing one of these.
-- Tables:     run, run_queue, worker, queue, queue_basis, counter, event, and
--             those of take_back, run_close and upkeep.
--
-- Idempotent by token.  A run without a live worker is resumed, in the same
-- row of the ledger and with a fresh cutoff; were there several in the scope,
-- the oldest is, and the others are closed.  The jobs of its dead workers are
-- left for recover().
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_open(scope text[], slots integer,
    host text, pid integer, lock text, token uuid, proven bigint[])
returns table (verdict text, run bigint, worker bigint, queues text[],
    busy text[], lease_ms bigint, busy_since timestamptz, busy_worker bigint[],
    busy_host text[], busy_lock text[])
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	mine record;
	dead bigint[];
	r bigint;
begin
	perform nightdrop.durable();
	perform nightdrop.run_lock(0);
	lease_ms := 300000;
	busy := '{}';

	select w.id, w.run, u.resumed into mine
	from nightdrop.worker w join nightdrop.run u on u.id = w.run
	where w.token = run_open.token;
	if found then
		update nightdrop.worker w set pid = w.pid where w.id = mine.id;
		verdict := case when mine.resumed > 0 then 'resumed'
		    else 'opened' end;
		run := mine.run;
		worker := mine.id;
		select coalesce(array_agg(rq.queue order by rq.queue), '{}')
		into queues
		from nightdrop.run_queue rq where rq.run = mine.run;
		return next;
		return;
	end if;

	select array_agg(s.name order by s.name) into busy
	from unnest(scope) s(name)
	where not exists (select from nightdrop.queue q where q.name = s.name);
	if busy is not null then
		verdict := 'no_queue';
		return next;
		return;
	end if;

	-- Open runs in the way, locked before they are judged.
	for r in
		select distinct rq.run from nightdrop.run_queue rq
		where rq.open and (scope is null or rq.queue = any (scope))
		order by rq.run
	loop
		perform nightdrop.run_lock(r);
	end loop;
	select array_agg(u.id order by u.id) into dead
	from nightdrop.run u
	where u.closed is null
	    and exists (select from nightdrop.run_queue rq
		where rq.run = u.id and rq.open
		and (scope is null or rq.queue = any (scope)))
	    and not exists (select from nightdrop.worker w
		where w.run = u.id and not nightdrop.worker_dead(w, proven));
	foreach r in array coalesce(dead[2:], '{}') loop
		perform nightdrop.take_back(r, null, proven);
		perform nightdrop.run_close(r);
	end loop;

	select coalesce(array_agg(q.name order by q.name)
	    filter (where rq.run is null), '{}'),
	    coalesce(array_agg(q.name order by q.name)
	    filter (where rq.run <> all (coalesce(dead[:1], '{}'))
		and rq.run is not null), '{}')
	into queues, busy
	from nightdrop.queue q
	    left join nightdrop.run_queue rq on rq.queue = q.name and rq.open
	where scope is null or q.name = any (scope);

	if dead is null and queues = '{}' and busy <> '{}' then
		verdict := 'busy';
		select min(u.opened), array_agg(w.id order by w.id),
		    array_agg(w.host order by w.id),
		    array_agg(w.lock order by w.id)
		into busy_since, busy_worker, busy_host, busy_lock
		from nightdrop.run u
		    join nightdrop.worker w on w.run = u.id
		where u.id in (select rq.run from nightdrop.run_queue rq
			where rq.open and rq.queue = any (busy))
		    and not nightdrop.worker_dead(w, proven);
		return next;
		return;
	end if;

	-- The cutoff is the statement's snapshot; the clock is read after it.
	if dead is null then
		verdict := 'opened';
		insert into nightdrop.run as u (opened, cutoff, cut, slots,
		    waiting_at_open)
		select clock_timestamp(), pg_current_snapshot(),
		    clock_timestamp(), run_open.slots,
		    coalesce(sum(greatest(c.waiting, 0)), 0)
		from (select sum(c.waiting) as waiting
		    from nightdrop.counter c where c.queue = any (queues)
		    group by c.queue) c
		returning u.id into run;
	else
		verdict := 'resumed';
		update nightdrop.run u set resumed = u.resumed + 1,
		    cutoff = pg_current_snapshot(), cut = clock_timestamp(),
		    slots = run_open.slots
		where u.id = dead[1]
		returning u.id into run;
		insert into nightdrop.event (kind, run, text)
		values ('run_resumed', run, 'it had no live worker');
	end if;
	insert into nightdrop.run_queue (run, queue)
	select run_open.run, q from unnest(queues) q;
	worker := nightdrop.worker_join(run, slots, host, pid, lock, token);

	select coalesce(array_agg(rq.queue order by rq.queue), '{}') into queues
	from nightdrop.run_queue rq where rq.run = run_open.run and rq.open;
	update nightdrop.queue_basis b
	set version = b.version + 1, slots = run_open.slots, opened = u.cut,
	    next_start = u.opened + b.every, updated = now()
	from nightdrop.run u
	where u.id = run_open.run and b.queue = any (queues);

	perform nightdrop.upkeep();
	return next;
end
$$;

comment on function nightdrop.run_open(text[], integer, text, integer, text,
    uuid, bigint[]) is 'Opens a run, or resumes one that nobody works on.';
revoke all on function nightdrop.run_open(text[], integer, text, integer, text,
    uuid, bigint[]) from public;
grant execute on function nightdrop.run_open(text[], integer, text, integer,
    text, uuid, bigint[]) to nightdrop_batch;
