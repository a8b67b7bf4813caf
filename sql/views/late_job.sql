-- late_job: what should have ended by now.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.late_job as
select p.queue, p.id, p.status, j.owner, a.accepted, a.latest,
    now() - coalesce(a.latest, a.accepted + 2 * b.every) as late_by, q.held,
    p.attempt, p.failures, p.not_before
from (
	select w.id, w.queue, 'waiting' as status, w.attempt, w.failures,
	    nullif(w.not_before, '-infinity') as not_before
	from nightdrop.waiting w
	union all
	select r.id, r.queue, case when r.started is null then 'reserved'
	    else 'running' end, r.attempt, r.failures, null
	from nightdrop.running r) p
    join nightdrop.job j on j.id = p.id
    join nightdrop.queue q on q.name = p.queue
    left join nightdrop.queue_basis b on b.queue = p.queue
    left join nightdrop.bundle u on u.id = case when j.line is not null
	then (left(j.id::text, 28) || '00000000')::uuid end
    left join lateral nightdrop.bundle_promise(u.id, j.line) c on true
    cross join lateral (
	select coalesce(u.sealed, j.accepted) as accepted,
	    coalesce(j.quote_latest, c.latest) as latest) a
where coalesce(a.latest, a.accepted + 2 * b.every) < now()
order by late_by desc;

comment on view nightdrop.late_job is
'Jobs that have not ended by the latest time of their first quote; where they had none, two intervals between runs after their acceptance. explain_job(id) says why.';
comment on column nightdrop.late_job.latest is
'The latest time of its first quote; null: it had none.';
alter view nightdrop.late_job owner to nightdrop_owner;
grant select on nightdrop.late_job to nightdrop_dba, nightdrop_monitor;
