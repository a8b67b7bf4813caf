-- queue_late(queue): should a run have come for what waits here?
--
-- Returns:  true: nobody works on the queue, it is not held, and a whole
--           interval has gone by since its next run was due: cron does not run,
--           or the batch dies.  False also where fewer than two runs have been:
--           then nobody knows when one is due.
-- Tables:   queue, queue_basis, run_queue, worker.
--
-- A run that is open and that nobody lives in does not count as one: next_start
-- is then an interval after its opening.  Whether something waits is for the
-- caller to know.
--
-- For health, metrics and the view queue_status: who reads that may call this.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_late(queue text)
returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select coalesce(b.next_start + b.every < now(), false)
    and not exists (select from nightdrop.run_queue rq
	join nightdrop.worker w on w.run = rq.run
	where rq.queue = q.name and rq.open and w.left_at is null
	    and w.lease > now())
from nightdrop.queue q join nightdrop.queue_basis b on b.queue = q.name
where q.name = queue_late.queue and not q.held
$$;

comment on function nightdrop.queue_late(text) is
'Whether a whole interval has gone by since a queue''s next run was due, and nobody works on it; null: it is held.';
revoke all on function nightdrop.queue_late(text) from public;
grant execute on function nightdrop.queue_late(text)
	to nightdrop_dba, nightdrop_monitor;
