-- explain_running(r): what explain_job says of a job in a worker's hands.
--
-- Tables:     worker.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.explain_running(r nightdrop.running)
returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select case when r.started is null
    then format('Reserved %s by worker %s (process %s on %s), not started: nothing is charged yet.', r.reserved, w.id, w.pid, w.host)
    else format('Running since %s, attempt %s, in worker %s (process %s on %s)%s.', r.started, r.attempt, w.id, w.pid, w.host,
	coalesce('; it may until ' || r.deadline, '')) end
from nightdrop.worker w where w.id = r.worker
union all
select format('The %s wants it dismissed: its worker sends TERM, five seconds later KILL.', r.stop)
where r.stop is not null
union all
select format('How far it is: %s.', r.progress) where r.progress is not null
union all
select format('That worker''s lease ran out %s: the next batch takes the job back; worker_expire(%s, reason) if it cannot wait.', w.lease, w.id)
from nightdrop.worker w where w.id = r.worker and w.lease < now()
$$;

comment on function nightdrop.explain_running(nightdrop.running) is
'Internal: what explain_job says of a job in a worker''s hands.';
revoke all on function nightdrop.explain_running(nightdrop.running) from public;
