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
    u.balanced
from nightdrop.run u
order by u.id desc;

comment on view nightdrop.run_history is
'The ledger, a row a run. closed null: it is open, or nobody works on it any more (running_job.lease tells).';
alter view nightdrop.run_history owner to nightdrop_owner;
grant select on nightdrop.run_history to nightdrop_dba, nightdrop_monitor;
