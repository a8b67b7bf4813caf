-- waiting_job: the line, in the order in which it will be taken.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.waiting_job as
select w.queue, w.id, j.owner,
    coalesce(u.sealed, j.accepted) as accepted,
    now() - coalesce(u.sealed, j.accepted) as age,
    w.position, w.priority, w.attempt, w.failures, w.continues, w.lost,
    nullif(w.not_before, '-infinity') as not_before,
    j.quote_latest, j.size, j.type, q.held
from nightdrop.waiting w
    join nightdrop.job j on j.id = w.id
    join nightdrop.queue q on q.name = w.queue
    left join nightdrop.bundle u on u.id = case when j.line is not null
	then (left(j.id::text, 28) || '00000000')::uuid end
order by w.queue, w.position, w.id;

comment on view nightdrop.waiting_job is
'The jobs in line, a queue at a time, first come first; not the lines of bundles that no run has looked at yet (bundle.left_lines). Ask with a queue: where queue = ''report'' limit 20.';
comment on column nightdrop.waiting_job.not_before is 'Set where it was tried and is to be tried again; infinity: job_hold holds it.';
comment on column nightdrop.waiting_job.lost is 'Its last attempt went down with its worker.';
alter view nightdrop.waiting_job owner to nightdrop_owner;
grant select on nightdrop.waiting_job to nightdrop_dba, nightdrop_monitor;
