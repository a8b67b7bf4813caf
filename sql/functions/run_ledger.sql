-- run_ledger(run): what a run has come to, for its report.
--
-- Returns:    one row, none where there is no such run: closed; run, opened,
--             closed_at; the ledger (taken = successful + failed + dismissed +
--             given_back where all is well, and retried of those given back);
--             waiting_at_open, left_waiting, accepted_since; balanced and
--             trouble (jobs in none or two places); queues, JSON: [{queue,
--             finished, successful, failed, dismissed, p50_ms, p95_ms, graded,
--             hits, carried_over}]; lost, attempts that were cut off with their
--             worker; until, when its window closes (null: it has none), and
--             carried_over, jobs that it closed before.
--             Until it is closed, what is written at the close is null.
-- Tables:     run, run_queue, event.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_ledger(run bigint)
returns table (closed boolean, run bigint, opened timestamptz,
    closed_at timestamptz, taken bigint, successful bigint, failed bigint,
    dismissed bigint, given_back bigint, retried bigint,
    waiting_at_open bigint, left_waiting bigint, accepted_since bigint,
    balanced boolean, trouble text[], queues text, lost bigint,
    until timestamptz, carried_over bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select u.closed is not null, u.id, u.opened, u.closed, u.taken, u.successful,
    u.failed, u.dismissed, u.given_back, u.retried, u.waiting_at_open,
    u.left_waiting, u.accepted_since, u.balanced, u.trouble,
    (select coalesce(json_agg(json_build_object('queue', rq.queue,
	'finished', rq.finished, 'successful', rq.successful,
	'failed', rq.failed, 'dismissed', rq.dismissed,
	'p50_ms', (extract(epoch from rq.p50) * 1000)::bigint,
	'p95_ms', (extract(epoch from rq.p95) * 1000)::bigint,
	'graded', rq.graded, 'hits', rq.hits,
	'carried_over', rq.carried_over) order by rq.queue), '[]')::text
    from nightdrop.run_queue rq where rq.run = u.id),
    (select count(*) from nightdrop.event e
    where e.run = u.id and e.kind = 'job_lost'
	and e.at >= u.opened - interval '1 minute'),
    u.until, (select sum(rq.carried_over)::bigint
    from nightdrop.run_queue rq where rq.run = u.id)
from nightdrop.run u where u.id = run_ledger.run
$$;

comment on function nightdrop.run_ledger(bigint) is
'What a run has come to, for its report.';
revoke all on function nightdrop.run_ledger(bigint) from public;
grant execute on function nightdrop.run_ledger(bigint) to nightdrop_batch;
