-- job_status: every job, where it is and what came of it.
--
-- What bundle_of() says is written out: who reads a view would need to be
-- allowed to call it.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.job_status as
select j.id, j.queue, j.owner, case
    when r.started is not null then 'running'
    when r.id is not null then 'reserved'
    when w.id is not null then 'waiting'
    when f.id is not null then f.outcome
    when u.id is not null and u.sealed is null then 'staged'
    when j.line > u.expanded then 'waiting'
    else 'lost' end as status,
    coalesce(f.attempt, r.attempt, w.attempt) as attempt,
    coalesce(u.sealed, j.accepted) as accepted,
    coalesce(r.started, f.started) as started, f.finished,
    f.status as code, f.reason, f.by, f.expires, j.size, j.type,
    coalesce(j.quote_likely, c.likely) as quote_likely,
    coalesce(j.quote_latest, c.latest) as quote_latest,
    f.finished <= coalesce(j.quote_latest, c.latest) as quote_hit
from nightdrop.job j
    left join nightdrop.waiting w on w.id = j.id
    left join nightdrop.running r on r.id = j.id
    left join nightdrop.bundle u on u.id = case when j.line is not null
	then (left(j.id::text, 28) || '00000000')::uuid end
    left join lateral nightdrop.bundle_promise(u.id, j.line) c on true
    left join lateral (
	select f.* from nightdrop.response f
	where f.id = j.id and w.id is null and r.id is null
	order by f.round desc limit 1) f on true;

comment on view nightdrop.job_status is
'Every job: where id = ''...'', or the last ones: order by id desc limit 20.';
comment on column nightdrop.job_status.status is
'staged (of a bundle on its way in), waiting, reserved, running; successful, failed, dismissed; lost: see lost_job.';
comment on column nightdrop.job_status.code is 'The HTTP status of its answer.';
comment on column nightdrop.job_status.quote_hit is 'It was finished by the latest time that it was promised at first.';
alter view nightdrop.job_status owner to nightdrop_owner;
grant select on nightdrop.job_status to nightdrop_dba, nightdrop_monitor;
