-- run_open(scope, slots, host, pid, lock, token, proven, ways, lease_s,
-- window_text): a run begins, or goes on.
--
-- Parameters: scope, names of queues, null: all; slots, host, pid and lock
--             (the path of its guardian's lock file) of the worker; token, its
--             secret, made anew for each opening; proven, ids of workers whose
--             lock file was found free; ways, of which any:
--               sure    not given, where live workers are in the way they are
--                       only named, so that the caller may prove them dead;
--               join    enter the open run of these queues, if there is one
--                       (one that died comes first);
--               resume  enter a run without a live worker, or none;
--               daily   leave queues alone whose run of this business date is
--                       closed;
--             lease_s, how long its lease shall last; window_text, when the
--             run's window shall close, as for window_end (null: it has none).
-- Returns:    one row.  verdict opened, resumed or joined: run, worker, queues
--             (that the run has), busy (queues of the scope that other runs
--             have), lease_ms, business_date, until.  busy: all of them are.  With
--             busy queues: busy_since, the oldest opening, and parallel
--             busy_worker, busy_host, busy_lock, the live workers in the way.
--             no_queue: busy has the names that are no queues.  done: all
--             closed for this business_date.  nothing: to resume.  moved: this
--             is a copy that was not adopted.  over: a dead run, named by run,
--             is to be closed first: call run_abandon, and this again.
-- Errors:     ND422 as window_end.
--             55P03 somebody else is opening, or closing one of these: ask again
--             in a while.
-- Tables:     run, run_queue, worker, queue, and those of run_begin and
--             take_back.
--
-- All openings pass through one lock, so nothing is done in here that takes
-- long, and nobody waited for who may do so.
--
-- Idempotent by token.  A run without a live worker is resumed, in the same
-- row of the ledger, also where the scope has only part of its queues; were
-- there several, the oldest is, and the others are closed before; it gets their
-- queues, also with daily: abandoned, their day was not done.  Its cutoff is a
-- fresh one, but with resume, which takes up the night and not the day after
-- it; so is its window, else it is the one given here, or, where none is, what
-- is left of its own.  Who joins shares the run's.  With daily, one that was opened for an earlier date is closed, for this
-- date wants its own.  The jobs of its dead workers are left for recover(); those
-- of dead workers in runs that go on are taken back here, with sure.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_open(scope text[], slots integer,
    host text, pid integer, lock text, token uuid, proven bigint[],
    ways text[] default '{sure}', lease_s integer default 300,
    window_text text default null)
returns table (verdict text, run bigint, worker bigint, queues text[],
    busy text[], lease_ms bigint, busy_since timestamptz, busy_worker bigint[],
    busy_host text[], busy_lock text[], business_date text,
    until timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
<<my>>
declare
	today constant date := nightdrop.business_date(clock_timestamp());
	mine bigint;
	dead bigint[];
	live bigint[];
	over bigint[]; -- of the dead, those that are closed
	done text[];
	r bigint;
begin
	perform nightdrop.durable();
	perform nightdrop.run_lock(0);

	update nightdrop.worker w set pid = w.pid
	where w.token = run_open.token returning w.id into mine;
	if found then
		return query select * from nightdrop.run_seat(mine, null);
		return;
	end if;

	if (select h.moved from nightdrop.hello() h) then
		verdict := 'moved';
		return next;
		return;
	end if;

	business_date := to_char(today, 'YYYY-MM-DD');
	select array_agg(s.name order by s.name) into busy
	from unnest(scope) s(name)
	where not exists (select from nightdrop.queue q where q.name = s.name);
	if busy is not null then
		verdict := 'no_queue';
		return next;
		return;
	end if;

	select array_agg(o.run order by o.run) filter (where not o.live),
	    array_agg(o.run order by o.run) filter (where o.live),
	    array_agg(o.run order by o.run) filter (where not o.live
		and 'daily' = any (ways)
		and coalesce(o.business_date, '-infinity') < today)
	into dead, live, over
	from nightdrop.run_rivals(scope, proven) o;

	if live is not null then
		select min(u.opened), array_agg(w.id order by w.id),
		    array_agg(w.host order by w.id),
		    array_agg(w.lock order by w.id)
		into busy_since, busy_worker, busy_host, busy_lock
		from nightdrop.run u
		    join nightdrop.worker w on w.run = u.id
		where u.id = any (live)
		    and not nightdrop.worker_dead(w, proven);
		-- The proof that some of theirs are dead serves once.
		foreach r in array case when 'sure' = any (ways) then live
		    else '{}' end loop
			perform nightdrop.take_back(r, null, proven);
		end loop;
		if 'sure' = any (ways) and 'join' = any (ways)
		    and dead is null then
			return query select * from nightdrop.run_join(live[1],
			    slots, host, pid, lock, token, proven, scope,
			    lease_s);
			return;
		end if;
	end if;

	if live is null or 'sure' = any (ways) then
		dead := array(select d from unnest(dead) d
		    where d <> all (coalesce(over, '{}')));
		over := over || dead[2:];
		dead := dead[:1];
		if over <> '{}' then
			verdict := 'over';
			run := over[1];
			return next;
			return;
		end if;
	end if;

	-- Those that are free, those that were run today, and those of others.
	select coalesce(array_agg(q.name order by q.name) filter (where
		rq.run is null and not d.done and ('resume' <> all (ways)
		or nightdrop.queue_abandoned(q.name))), '{}'),
	    coalesce(array_agg(q.name order by q.name) filter (where
		rq.run is null and d.done), '{}'),
	    coalesce(array_agg(q.name order by q.name) filter (where
		rq.run = any (live)), '{}')
	into queues, done, busy
	from nightdrop.queue q
	    left join nightdrop.run_queue rq on rq.queue = q.name and rq.open
	    cross join lateral (select 'daily' = any (ways)
		and nightdrop.queue_done(q.name, today) as done) d
	where scope is null or q.name = any (scope);

	verdict := case
	    when live is not null and 'sure' <> all (ways) then 'busy'
	    when dead <> '{}' then 'resumed'
	    when 'resume' = any (ways) then 'nothing'
	    when queues <> '{}' or busy || done = '{}' then 'opened'
	    when busy <> '{}' then 'busy'
	    else 'done' end;
	if verdict not in ('opened', 'resumed') then
		return next;
		return;
	end if;

	run := nightdrop.run_begin(dead[1], queues, slots, today,
	    'resume' = any (ways),
	    nightdrop.window_end(clock_timestamp(), window_text));
	mine := nightdrop.worker_join(run, slots, host, pid, lock, token,
	    scope, lease_s);
	select s.worker, s.queues, s.lease_ms, s.business_date, s.until
	into worker, queues, lease_ms, business_date, until
	from nightdrop.run_seat(mine, verdict) s;
	return next;
end
$$;

comment on function nightdrop.run_open(text[], integer, text, integer, text,
    uuid, bigint[], text[], integer, text) is
'Opens a run, resumes one that nobody works on, or joins one.';
revoke all on function nightdrop.run_open(text[], integer, text, integer, text,
    uuid, bigint[], text[], integer, text) from public;
grant execute on function nightdrop.run_open(text[], integer, text, integer,
    text, uuid, bigint[], text[], integer, text) to nightdrop_batch;
