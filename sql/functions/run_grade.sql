-- run_grade(run): what came of the jobs that a run brought to an end, and were
-- their first quotes true.
--
-- Parameters: run, being closed.
-- Returns:    a row for each queue that had such jobs: how many ended in which
--             way; graded, of how many the first quote had a latest time; hits,
--             how many of those were final by then; fast, slow, width and ages
--             as in run_queue.
-- Tables:     run, attempt, response, job, bundle, queue_basis.
--
-- A job that nobody tried (dismissed while it waited) is no run's, and is not
-- graded.  The attempts of the run are walked once, and each leads to its
-- response and its job by key: joining the tables whole would read all that is
-- kept of the past.
--
-- The wait that a job was told of is not stored: it is what likely and earliest
-- differ by, as long as the basis has the share of the wait and the duration
-- that they were made from; it has until the close is through.  A job that was
-- told of another start than this run's says nothing of the pace.  Of a large
-- run some 5,000 jobs are asked, by the last bits of their ids.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_grade(run bigint)
returns table (queue text, successful bigint, failed bigint, dismissed bigint,
    graded bigint, hits bigint, fast double precision, slow double precision,
    width interval, ages interval[])
language sql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
select a.queue, count(*) filter (where f.outcome = 'successful'),
    count(*) filter (where f.outcome = 'failed'),
    count(*) filter (where f.outcome = 'dismissed'),
    count(q.latest), count(*) filter (where f.finished <= q.latest),
    (percentile_cont('{0.05,0.99}'::double precision[]) within group (
	order by w.share))[1],
    (percentile_cont('{0.05,0.99}'::double precision[]) within group (
	order by w.share))[2],
    percentile_cont(0.5) within group (order by q.latest - q.earliest)
	filter (where s.asked),
    case when count(*) >= 20 then percentile_cont(array(
	select n / 20.0::double precision from generate_series(1, 19) n))
	within group (order by greatest(u.opened
	- coalesce(b.sealed, j.accepted), '0')) filter (where s.asked) end
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
	select coalesce(j.quote_latest, c.latest) as latest,
	    coalesce(j.quote_earliest, c.earliest) as earliest,
	    coalesce(j.quote_likely, c.likely) as likely,
	    case when b.id is null then j.quote_fits else c.fits end as fits) q
    cross join lateral (
	select get_byte(uuid_send(j.id), 15) * 256 + get_byte(uuid_send(j.id),
	    14) < 65536 * 5000.0 / greatest(u.taken, 1) as asked) s
    left join nightdrop.queue_basis o on o.queue = a.queue and s.asked
	and a.attempt = 1 and q.fits
	and coalesce(b.sealed, j.accepted) < u.opened
    left join lateral (
	select (extract(epoch from q.likely - o.p50 - q.earliest)
	    / (1 - o.fast))::double precision as told_s) t
	on o.queue is not null
    left join lateral (
	select extract(epoch from a.started - u.opened)::double precision
	    / nullif(t.told_s, 0) as share) w
	on t.told_s > greatest(60, extract(epoch from clock_timestamp()
	    - u.opened) / 10)
	and abs(extract(epoch from q.earliest - u.opened)
	    - o.fast * t.told_s) < 900
where u.id = run_grade.run
group by a.queue
$$;

comment on function nightdrop.run_grade(bigint) is
'Internal: what a run''s jobs came to, and how many were final when their first quote had said.';
revoke all on function nightdrop.run_grade(bigint) from public;
