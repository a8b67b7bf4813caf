-- load_ahead(at, opening): what each queue's line is up against.
--
-- Parameters: at, the moment; opening, for the jobs of a run that opens now, not
--             those of the next one.
-- Returns:    a row a queue that has been run: queue; pace_s, lead_s, behind as
--             in queue_basis, for a job accepted now; shown_pace_s and
--             shown_lead_s, for all that are in its line now.
-- Tables:     queue, queue_basis, counter, run_queue, run.
--
-- The runner takes the queues of a run in the order of position (acceptance
-- less priority x aging).  So before a job accepted now go: of a queue as
-- urgent as its own, what waits; of one more urgent by so many hours, also what
-- will come in the next hours before the start, by how a night's jobs usually
-- come in; of one less urgent, what waits but for what came in the last hours.
-- What the open run will have taken by then does not count: its jobs, less the
-- share that it has taken so far, as far as its window has room for them.
--
-- A capped queue has max_running slots at most.  It takes from the others what
-- it can use in the time that all of it takes; itself it goes on as slowly as
-- its cap makes it, or as the others do.
--
-- Worked out once for all queues as urgent as each other, not a queue against
-- each other one.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.load_ahead(at timestamptz,
    opening boolean default false)
returns table (queue text, pace_s double precision, lead_s double precision,
    behind bigint, shown_pace_s double precision,
    shown_lead_s double precision)
language sql stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
with found as materialized (
	select q.name, q.held, l.run, b.cost_s, b.usual, b.ages,
	    extract(epoch from q.priority * q.aging)::double precision
		as urgent_s,
	    case when opening then 0 else extract(epoch from b.starts[
		width_bucket(at, b.starts) + 1] - at)::double precision end
		as left_s,
	    greatest(b.slots, 1) as slots,
	    least(q.max_running, greatest(b.slots, 1)) as cap, w.jobs,
	    case when b.opened is null or opening then 0
	    else least(w.jobs, b.due * greatest(1 - u.taken::double precision
		/ greatest(u.waiting_at_open, 1), 0)) end as due,
	    case when b.closes is not null
		then greatest(extract(epoch from b.closes - at), 0) end
		::double precision as window_s
	from nightdrop.queue q
	    join nightdrop.queue_basis b on b.queue = q.name
	    cross join lateral (
		select rq.run from nightdrop.run_queue rq
		where rq.queue = q.name order by rq.run desc limit 1) l
	    join nightdrop.run u on u.id = l.run
	    cross join lateral (
		select greatest(sum(c.waiting), 0)::bigint as jobs
		from nightdrop.counter c where c.queue = q.name) w
	where b.cost_s is not null
), line as materialized (
	select f.*, w.behind,
	    case when f.held then 0 else f.jobs - w.behind end as ahead
	from (select f.*, f.due * f.cost_s as due_s,
		sum(f.due * f.cost_s / f.slots) over (partition by f.run)
		    as all_s
	    from found f) f
	    cross join lateral (select (f.due * least(1,
		coalesce(f.window_s / nullif(f.all_s, 0), 1),
		coalesce(f.window_s * f.cap / nullif(f.due_s, 0), 1)))::bigint
		as behind) w
), class as (
	select distinct l.run, l.urgent_s from line l
), ahead as materialized (
	-- Of each queue, its jobs ahead of one of a class.
	select c.run, c.urgent_s, l.name, l.cap, l.slots, d.s = 0 as peer,
	    l.cost_s * greatest(l.ahead + l.usual
		* (nightdrop.load_share(l.ages, l.left_s)
		- nightdrop.load_share(l.ages, l.left_s - d.s)), 0) as work_s
	from class c join line l on l.run = c.run
	    cross join lateral (select l.urgent_s - c.urgent_s as s) d
), took as (
	select a.run, a.urgent_s, sum(a.work_s / a.slots) as s
	from ahead a group by a.run, a.urgent_s
), shared as materialized (
	select a.*, least(a.work_s, a.cap * t.s) / a.slots as s
	from ahead a join took t on t.run = a.run and t.urgent_s = a.urgent_s
), total as (
	select s.run, s.urgent_s, sum(s.s) as s,
	    coalesce(sum(s.s) filter (where s.peer), 0) as peers_s
	from shared s group by s.run, s.urgent_s
)
select l.name, p.pace_s, case when p.capped then 0 else t.s - own.s end
	- (l.cap - 1) * p.pace_s, l.behind,
    case when p.capped or l.ahead = 0 then p.pace_s
	else p.pace_s + (t.peers_s - own.s) / l.ahead end,
    case when p.capped then 0 when l.ahead = 0 then t.s - own.s
	else t.s - t.peers_s end
	- (l.cap - 1) * p.pace_s
from line l
    join total t on t.run = l.run and t.urgent_s = l.urgent_s
    join shared own on own.run = l.run and own.urgent_s = l.urgent_s
	and own.name = l.name
    cross join lateral (
	select l.cap < l.slots
	    and l.ahead * l.cost_s / l.cap > t.s as capped) k
    cross join lateral (
	select k.capped, l.cost_s
	    / case when k.capped then l.cap else l.slots end as pace_s) p
$$;

comment on function nightdrop.load_ahead(timestamptz, boolean) is
'Internal: what the jobs ahead cost, a queue, as the runner would take them.';
revoke all on function nightdrop.load_ahead(timestamptz, boolean) from public;
