-- quote_open(run): a run opens: what the quotes have to know of it.
--
-- Parameters: run, with its queues; until is set where it has a window.
-- Returns:    nothing.
-- Tables:     queue_basis, run_queue, run, counter, and those of run_rhythms and
--             load_ahead.
--
-- Internal: part of run_begin.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.quote_open(run bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
	clock constant timestamptz := clock_timestamp();
	names constant text[] := array(select rq.queue
	    from nightdrop.run_queue rq
	    where rq.run = quote_open.run and rq.open);
begin
	-- In one order, as run_expect() does.
	perform from nightdrop.queue_basis b
	where b.queue = any (names) order by b.queue for no key update;

	update nightdrop.queue_basis b
	set version = b.version + 1, opened = u.cut, closes = u.until,
	    starts = r.starts, next_start = r.starts[1], slack = r.slack,
	    every = coalesce(b.every, r.every),
	    due = (select greatest(sum(c.waiting), 0)
		from nightdrop.counter c where c.queue = b.queue),
	    slots = greatest(u.slots, b.slots), updated = now()
	from nightdrop.run u, nightdrop.run_rhythms(names, clock) r
	where u.id = quote_open.run and b.queue = r.queue;
	-- All of it is this run's to take; what comes from now on is the next's.
	update nightdrop.queue_basis b
	set pace_s = n.pace_s, lead_s = n.lead_s, behind = n.behind,
	    shown_pace_s = a.shown_pace_s, shown_lead_s = a.shown_lead_s
	from nightdrop.load_ahead(clock) n
	    join nightdrop.load_ahead(clock, true) a on a.queue = n.queue
	where b.queue = n.queue and b.queue = any (names);
end
$$;

comment on function nightdrop.quote_open(bigint) is
'Internal: what an opening changes for the quotes.';
revoke all on function nightdrop.quote_open(bigint) from public;
