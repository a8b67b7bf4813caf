-- explain_queue(queue): what keeps the jobs of a queue waiting.
--
-- Tables:     queue, queue_basis, run, run_queue, worker, running.
--
-- Internal: for explain_job.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.explain_queue(queue text)
returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select 'Its queue is held: queue_release(queue, reason) lets runs take its jobs.'
from nightdrop.queue q where q.name = explain_queue.queue and q.held
union all
select format('Its queue has %s jobs in hand, as many as it may (max_running).',
    q.max_running)
from nightdrop.queue q
where q.name = explain_queue.queue and q.max_running <= (
    select count(*) from nightdrop.running r where r.queue = q.name)
union all
select case
    when rq.run is null then format('No run is open. %s', case
	when nightdrop.queue_late(q.name) then 'One was due '
	    || b.next_start || ': look at cron.'
	when b.next_start is null
	then 'When the next one comes is not known: there were fewer than two.'
	else format('The next one is expected %s.', b.next_start) end)
    when exists (select from nightdrop.worker w where w.run = rq.run
	and w.left_at is null and w.lease > now())
    then format('Run %s is at work on its queue.', rq.run)
    else format('Run %s is open and nobody works in it: the next batch goes on with it.', rq.run) end
from nightdrop.queue q
    join nightdrop.queue_basis b on b.queue = q.name
    left join nightdrop.run_queue rq on rq.queue = q.name and rq.open
where q.name = explain_queue.queue
union all
select format('Its jobs are taken to need %s and would not be done when the window of run %s closes at %s.',
    date_trunc('seconds', nightdrop.queue_need(b)), u.id, u.until)
from nightdrop.run_queue rq
    join nightdrop.run u on u.id = rq.run
    join nightdrop.queue_basis b on b.queue = rq.queue
where rq.queue = explain_queue.queue and rq.open and clock_timestamp()
    >= nightdrop.window_latest(nightdrop.queue_need(b), u.cut, u.until)
$$;

comment on function nightdrop.explain_queue(text) is
'Internal: what keeps the jobs of a queue waiting.';
revoke all on function nightdrop.explain_queue(text) from public;
