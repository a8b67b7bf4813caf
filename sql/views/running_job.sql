-- running_job: what is in workers' hands.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.running_job as
select r.queue, r.id, case when r.started is null then 'reserved'
    else 'running' end as status, r.attempt, r.started,
    now() - r.started as runs_for, r.deadline, r.stop, r.progress,
    r.run, r.worker, w.host, w.pid, w.lease, j.owner, j.accepted, j.size
from nightdrop.running r
    join nightdrop.job j on j.id = r.id
    left join nightdrop.worker w on w.id = r.worker
order by r.started nulls last, r.queue, r.id;

comment on view nightdrop.running_job is
'The jobs in workers'' hands: reserved (nothing charged yet) or running, since when and where.';
comment on column nightdrop.running_job.stop is 'Who wants it dismissed; its worker will end it.';
comment on column nightdrop.running_job.lease is 'Until when its worker may act; long past: the next run takes the job back.';
alter view nightdrop.running_job owner to nightdrop_owner;
grant select on nightdrop.running_job to nightdrop_dba, nightdrop_monitor;
