-- run_carry(run): what the window closed before.
--
-- Parameters: run, with a window, about to be closed.
-- Returns:    nothing.
-- Tables:     run, run_queue, queue, queue_basis, waiting, bundle.
--
-- Carried over are the jobs that were the run's to take, of queues that it was
-- to take them of, and that now do not fit any more.  Where a run was ended
-- before its queue's jobs stopped fitting, it was not the window that left
-- them.
--
-- Internal: part of run_close, before the basis changes.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_carry(run bigint)
returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
update nightdrop.run_queue o
set carried_over = case when q.held or clock_timestamp()
	< nightdrop.window_latest(nightdrop.queue_need(b), u.cut, u.until)
    then 0 else (select count(*) from nightdrop.waiting w
	where w.queue = o.queue and w.not_before <= u.until
	    and pg_visible_in_snapshot(w.since, u.cutoff))
	+ (select coalesce(sum(l.left_lines), 0) from nightdrop.bundle l
	where l.queue = o.queue and l.sealed is not null
	    and l.expanded < l.lines
	    and pg_visible_in_snapshot(l.since, u.cutoff)) end
from nightdrop.run u, nightdrop.queue q, nightdrop.queue_basis b
where u.id = run_carry.run and o.run = u.id and o.open and q.name = o.queue
    and b.queue = o.queue
$$;

comment on function nightdrop.run_carry(bigint) is
'Internal: counts what a run''s window closed before.';
revoke all on function nightdrop.run_carry(bigint) from public;
