-- claim_lines(names, hands, cutoff, cut, until, clock, after_...): the queues
-- that a claim goes through, in order.
--
-- Parameters: names, of the queues in question; hands, parallel, how many jobs
--             of each are in hand (null: count them); cutoff, cut and until, of
--             the run; clock, now; after_queues, _positions and _ids: parallel,
--             the last job claimed of a queue in this pass.
-- Returns:    a row for each queue that has a job to be taken now, and is
--             neither held nor at its cap, and whose jobs still fit into the
--             window: room, how many it may have more in hand (null: any
--             number); long, its jobs need more than the whole window; latest,
--             when they must have begun (null: no window); where its lines
--             begin (after_position, after_id) and end (fresh_end, again_end)
--             for this claim; and its head (position, id).
-- Tables:     queue, queue_basis, waiting, running.
--
-- The one rule for the order and the admission of queues, of a claim and of a
-- plan: those too long for the window first, then by the smallest head.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.claim_lines(names text[],
    hands integer[], cutoff pg_snapshot, cut timestamptz, until timestamptz,
    clock timestamptz, after_queues text[], after_positions timestamptz[],
    after_ids uuid[])
returns table (queue text, room bigint, long boolean, latest timestamptz,
    after_position timestamptz, after_id uuid, fresh_end timestamptz,
    again_end timestamptz, "position" timestamptz, id uuid)
language sql stable
as $$
select q.name, r.room, until is not null and (n.need > until - cut) is true as long, m.latest,
    k.position, k.id, e.fresh_end, e.again_end, h.position, h.id
from unnest(names, hands) o(name, hand)
    join nightdrop.queue q on q.name = o.name
    join nightdrop.queue_basis b on b.queue = o.name
    left join unnest(after_queues, after_positions, after_ids)
	c(queue, position, id) on c.queue = o.name
    cross join lateral (select nightdrop.queue_need(b) as need) n
    cross join lateral (select
	nightdrop.window_latest(n.need, cut, until) as latest,
	nightdrop.claim_cap(q, n.need, cut, until) as cap) m
    cross join lateral (select case when m.cap is not null then m.cap
	- coalesce(o.hand, (select count(*) from nightdrop.running i
	    where i.queue = o.name)) end as room) r
    cross join lateral (select cut + b.reach as fresh_end,
	clock + b.reach as again_end) e
    cross join lateral (select
	coalesce(c.position, '-infinity') as position,
	coalesce(c.id, '00000000-0000-0000-0000-000000000000') as id) k
    cross join lateral (
	(select w.position, w.id from nightdrop.waiting w
	where w.queue = o.name and nightdrop.in_line(w, false, k.position,
	    k.id, e.fresh_end, cutoff, clock)
	order by w.position, w.id limit 1)
	union all
	(select w.position, w.id from nightdrop.waiting w
	where w.queue = o.name and nightdrop.in_line(w, true, k.position,
	    k.id, e.again_end, cutoff, clock)
	order by w.position, w.id limit 1)
	order by 1, 2 limit 1) h
where not q.held and (clock >= m.latest) is not true
    and (r.room <= 0) is not true
order by long desc, h.position, h.id
$$;

comment on function nightdrop.claim_lines(text[], integer[], pg_snapshot,
    timestamptz, timestamptz, timestamptz, text[], timestamptz[], uuid[]) is
'Internal: the queues that a claim goes through, in order.';
revoke all on function nightdrop.claim_lines(text[], integer[], pg_snapshot,
    timestamptz, timestamptz, timestamptz, text[], timestamptz[], uuid[])
	from public;
