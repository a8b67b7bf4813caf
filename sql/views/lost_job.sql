-- lost_job: jobs that are in none or two places. Must be empty.
--
-- One statement, so one snapshot: a job that is just moving is in one place.
-- Over all that is kept this takes its time; with a condition on id it looks
-- at those alone.  A line that its bundle has not moved on yet is in line
-- there; one of a bundle that is not sealed is no job.  run_close asks for the
-- jobs since the last run.
--
-- What bundle_of() says is written out: who reads a view would need to be
-- allowed to call it.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.lost_job as
select j.id, j.queue, j.accepted, case
    when w.id is not null and r.id is not null then 'waiting and running'
    when w.id is not null then 'waiting and final'
    when r.id is not null then 'running and final'
    else 'none' end as places
from nightdrop.job j
    left join nightdrop.waiting w on w.id = j.id
    left join nightdrop.running r on r.id = j.id
    left join nightdrop.bundle b on b.id = case when j.line is not null
	then (left(j.id::text, 28) || '00000000')::uuid end
    left join nightdrop.response f on f.id = j.id
	and f.round >= coalesce(w.round, r.round, f.round)
where (j.line is null or b.sealed is not null)
    and (w.id is not null)::integer + (r.id is not null)::integer
    + (f.id is not null)::integer
    + coalesce(j.line > b.expanded and f.id is null, false)::integer <> 1;

comment on view nightdrop.lost_job is
'Jobs in none or two of waiting, running, final. Must be empty; a row here is a fault of Nightdrop or of a hand.';
alter view nightdrop.lost_job owner to nightdrop_owner;
grant select on nightdrop.lost_job to nightdrop_dba, nightdrop_monitor;
