-- run_grade(run): what came of the jobs that a run brought to an end, and were
-- their first quotes true.
--
-- Parameters: run, being closed.
-- Returns:    a row for each queue that had such jobs: how many ended in which
--             way; graded, of how many the first quote had a latest time; hits,
--             how many of those were final by then.
-- Tables:     run, attempt, response, job, bundle.
--
-- A job that nobody tried (dismissed while it waited) is no run's, and is not
-- graded.  The attempts of the run are walked once, and each leads to its
-- response and its job by key: joining the tables whole would read all that is
-- kept of the past.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_grade(run bigint)
returns table (queue text, successful bigint, failed bigint, dismissed bigint,
    graded bigint, hits bigint)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
select a.queue, count(*) filter (where f.outcome = 'successful'),
    count(*) filter (where f.outcome = 'failed'),
    count(*) filter (where f.outcome = 'dismissed'),
    count(q.latest), count(*) filter (where f.finished <= q.latest)
from nightdrop.run u
    join nightdrop.attempt a on a.run = u.id
	and a.ended >= u.opened - interval '10 minutes'
    join nightdrop.response f on f.id = a.id and f.round = a.round
	and f.attempt = a.attempt
    join nightdrop.job j on j.id = a.id
    left join lateral (
	select o.* from nightdrop.bundle o
	where j.line is not null
	    and o.id = nightdrop.bundle_of(j.id, j.line) offset 0) b
	on true
    left join lateral nightdrop.bundle_quote(b, j.line) c on b.id is not null
    cross join lateral (
	select coalesce(j.quote_latest, c.latest) as latest) q
where u.id = run_grade.run
group by a.queue
$$;

comment on function nightdrop.run_grade(bigint) is
'Internal: what a run''s jobs came to, and how many were final when their first quote had said.';
revoke all on function nightdrop.run_grade(bigint) from public;
