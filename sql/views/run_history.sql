-- run_history: the runs, the last first.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.run_history as
select u.id as run, u.opened, u.closed,
    coalesce(u.closed, now()) - u.opened as took, u.resumed, u.slots,
    (select string_agg(rq.queue, ' ' order by rq.queue)
	from nightdrop.run_queue rq where rq.run = u.id) as queues,
    u.taken, u.successful, u.failed, u.dismissed, u.given_back, u.retried,
    u.waiting_at_open, u.accepted_since, u.left_waiting, u.lost_workers,
    u.balanced, u.business_date, d.missed, u.until,
    (select sum(rq.carried_over)::bigint
	from nightdrop.run_queue rq where rq.run = u.id) as carried_over
from nightdrop.run u
    cross join lateral (
	select greatest(max(u.business_date
	    - p.business_date - 1), 0) as missed
	from nightdrop.run_queue rq
	    cross join lateral (select o.business_date
		from nightdrop.run_queue b join nightdrop.run o on o.id = b.run
		where b.queue = rq.queue and b.run < u.id
		order by b.run desc limit 1) p
	where rq.run = u.id) d
order by u.id desc;

comment on view nightdrop.run_history is
'The ledger, a row a run. closed null: it is open, or nobody works on it any more (running_job.lease tells).';
comment on column nightdrop.run_history.business_date is
'The day it was opened for (settings time_zone, day_starts).';
comment on column nightdrop.run_history.missed is
'Business days since the run before it of one of its queues, on which none was opened. Above 0 where a night was missed.';
comment on column nightdrop.run_history.until is
'When its window closes; null: it has none.';
comment on column nightdrop.run_history.carried_over is
'Jobs that its window closed before, for the next run.';
alter view nightdrop.run_history owner to nightdrop_owner;
grant select on nightdrop.run_history to nightdrop_dba, nightdrop_monitor;
