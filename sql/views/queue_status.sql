-- queue_status: every queue, its policy in short and what it holds.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.queue_status as
select q.name, q.description, q.accepting, q.held, c.waiting,
    pg_size_pretty(c.bytes) as waiting_bytes, r.reserved, r.running,
    h.position as head, b.next_start, b.every, b.p50, b.p95,
    l.run as last_run, l.opened as last_opened, l.closed as last_closed,
    q.priority, q.max_waiting, q.max_running, q.max_attempts, q.time_limit,
    q.submitters, q.max_waiting_owner, l.business_date as last_date,
    greatest(nightdrop.business_date(now()) - l.business_date - 1, 0)
	as missed,
    nightdrop.queue_oldest(q.name) as oldest_waiting,
    c.waiting > 0 and coalesce(nightdrop.queue_late(q.name), false) as late,
    e.closed as last_end, e.balanced as last_balanced
from nightdrop.queue q
    left join nightdrop.queue_basis b on b.queue = q.name
    cross join lateral (
	select coalesce(sum(c.waiting), 0)::bigint as waiting,
	    coalesce(sum(c.bytes), 0)::bigint as bytes
	from nightdrop.counter c where c.queue = q.name) c
    cross join lateral (
	select count(*) filter (where r.started is null) as reserved,
	    count(r.started) as running
	from nightdrop.running r where r.queue = q.name) r
    left join lateral (
	select w.position from nightdrop.waiting w
	where w.queue = q.name and not w.again
	order by w.position, w.id limit 1) h on true
    left join lateral (
	select rq.run, u.opened, u.closed, u.business_date
	from nightdrop.run_queue rq join nightdrop.run u on u.id = rq.run
	where rq.queue = q.name order by rq.run desc limit 1) l on true
    left join lateral (
	select u.closed, u.balanced
	from nightdrop.run_queue rq join nightdrop.run u on u.id = rq.run
	where rq.queue = q.name and not rq.open
	order by rq.run desc limit 1) e on true
order by q.name;

comment on view nightdrop.queue_status is
'A row a queue: accepting or not, held or not, how many jobs wait and run, its next and last run.';
comment on column nightdrop.queue_status.waiting is
'From the counters, which are put right at each close.';
comment on column nightdrop.queue_status.head is
'Place of the first fresh job in line: its acceptance less priority x aging.';
comment on column nightdrop.queue_status.next_start is
'When the next run is expected, from the last ones; null: fewer than two.';
comment on column nightdrop.queue_status.submitters is
'Who may submit; *: whoever has authenticated; empty: anybody.';
comment on column nightdrop.queue_status.last_date is
'The business day that its last run was opened for.';
comment on column nightdrop.queue_status.missed is
'Whole business days since then without a run: above 0 where one is expected each night, a night was missed.';
comment on column nightdrop.queue_status.oldest_waiting is
'Acceptance of the oldest job at the head of the line; null: nobody waits.';
comment on column nightdrop.queue_status.late is
'Jobs wait, it is not held, nobody works on it, and a whole interval has gone by since its next run was due: look at cron.';
comment on column nightdrop.queue_status.last_end is
'When its last run that has ended was closed.';
comment on column nightdrop.queue_status.last_balanced is
'Whether that run''s ledger balanced; false: see run_balance.';
alter view nightdrop.queue_status owner to nightdrop_owner;
grant select on nightdrop.queue_status to nightdrop_dba, nightdrop_monitor;
