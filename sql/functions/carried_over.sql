-- carried_over(queue, carried, since, not_before): by how many windows a job that waits
-- was passed over.
--
-- Parameters: its queue, and carried of that queue's basis; since and
--             not_before, of its row in waiting (since null: it does not wait).
-- Returns:    one row: times, of the queue's last 100 runs, and words for a
--             person (null: never).
-- Tables:     run_queue, run.
--
-- Nothing is written to the job for it, be they a million: it waits, and it was
-- that run's to take.  Where carried or since is null no run is looked at.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.carried_over(queue text,
    carried timestamptz, since xid8, not_before timestamptz)
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
	where carried_over.carried is not null
	    and carried_over.since is not null
	    and rq.queue = carried_over.queue and not rq.open
	order by rq.run desc limit 100) o
    where o.carried_over > 0 and carried_over.not_before <= o.until
	and pg_visible_in_snapshot(carried_over.since, o.cutoff)) c
$$;

comment on function nightdrop.carried_over(text, timestamptz, xid8,
    timestamptz) is
'Internal: by how many windows a job that waits was passed over.';
revoke all on function nightdrop.carried_over(text, timestamptz, xid8,
    timestamptz) from public;
