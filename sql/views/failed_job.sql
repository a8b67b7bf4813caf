-- failed_job: what failed for good, the last first.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.failed_job as
select j.queue, f.id, f.status, f.reason, f.by, f.attempt, f.finished, j.owner,
    j.accepted, a.exit_code, a.signal,
    encode(substr(a.log, greatest(octet_length(a.log) - 499, 1)), 'escape')
	as log_end
from nightdrop.response f
    join nightdrop.job j on j.id = f.id
    left join nightdrop.attempt a on a.id = f.id and a.attempt = f.attempt
where f.outcome = 'failed'
    and not exists (select from nightdrop.response n
	where n.id = f.id and n.round > f.round)
    and not exists (select from nightdrop.waiting w where w.id = f.id)
    and not exists (select from nightdrop.running r where r.id = f.id)
order by f.finished desc;

comment on view nightdrop.failed_job is
'Jobs that failed for good: status, by whom (handler: its own answer; nightdrop: it gave none), exit and signal of the last attempt.';
alter view nightdrop.failed_job owner to nightdrop_owner;
grant select on nightdrop.failed_job to nightdrop_dba, nightdrop_monitor;
