-- carried_over(queue, since, not_before): by how many windows a job that waits
-- was passed over.
--
-- Parameters: its queue; since and not_before, of its row in waiting.
-- Returns:    one row: times, of the queue's last 100 runs, and words for a
--             person (null: never).
-- Tables:     run_queue, run.
--
-- Nothing is written to the job for it, be they a million: it waits, and it was
-- that run's to take.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.carried_over(queue text, since xid8,
    not_before timestamptz)
returns table (times integer, words text)
language sql stable
as $$
select c.times, case when c.times > 0 then
    'carried over to the next run: the window closed at '
    || to_char(c.last at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    || ' before it was done'
    || case when c.times > 1 then ', as ' || c.times - 1
	|| case c.times when 2 then ' other' else ' others' end || ' had'
	else '' end end
from (select count(*)::integer as times, max(o.until) as last
    from (select u.until, rq.carried_over, u.cutoff
	from nightdrop.run_queue rq join nightdrop.run u on u.id = rq.run
	where rq.queue = carried_over.queue and not rq.open
	order by rq.run desc limit 100) o
    where o.carried_over > 0 and carried_over.not_before <= o.until
	and pg_visible_in_snapshot(carried_over.since, o.cutoff)) c
$$;

comment on function nightdrop.carried_over(text, xid8, timestamptz) is
'Internal: by how many windows a job that waits was passed over.';
revoke all on function nightdrop.carried_over(text, xid8, timestamptz)
	from public;
