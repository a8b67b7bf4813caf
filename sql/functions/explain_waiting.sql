-- explain_waiting(w): what explain_job says of a job in line.
--
-- Tables:     waiting, queue, run, run_queue, and those of explain_queue.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.explain_waiting(w nightdrop.waiting)
returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select 'It is held: job_release(id, reason) lets runs take it.'
where w.not_before = 'infinity'
union all
select format('It is to be tried again, after %s failures of %s, not before %s.',
    w.failures, q.max_attempts, w.not_before)
from nightdrop.queue q
where q.name = w.queue and isfinite(w.not_before) and w.not_before > now()
union all
select 'Its last attempt was lost with its worker: it will be started alone.'
where w.lost
union all
select 'It was ' || c.words || '.'
from nightdrop.queue_basis b
    cross join lateral nightdrop.carried_over(w.queue, b.carried, w.since,
	w.not_before) c
where b.queue = w.queue and c.times > 0
union all
select format('Run %s took its cutoff at %s, before this job was accepted or put back: it is for the run after.', u.id, u.cut)
from nightdrop.run_queue rq join nightdrop.run u on u.id = rq.run
where rq.queue = w.queue and rq.open
    and not pg_visible_in_snapshot(w.since, u.cutoff)
union all
select format('%s before it in its queue''s line.', case when a.n = 10000
    then '10000 jobs or more are' when a.n = 1 then '1 job is'
    else a.n || ' jobs are' end)
from (select count(*) as n from (select from nightdrop.waiting l
    where l.queue = w.queue and not l.again
	and (l.position, l.id) < (w.position, w.id) limit 10000) l) a
where w.not_before < 'infinity'
union all
select q from nightdrop.explain_queue(w.queue) q
$$;

comment on function nightdrop.explain_waiting(nightdrop.waiting) is
'Internal: what explain_job says of a job in line.';
revoke all on function nightdrop.explain_waiting(nightdrop.waiting) from public;
