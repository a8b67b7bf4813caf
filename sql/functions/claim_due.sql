-- claim_due(names, cutoff, cut, until, clock): when a claim that found nothing
-- is worth another.
--
-- Parameters: as of claim_lines.
-- Returns:    one row: when the first of those put back may be tried again, of queues
--             that are not held, and still fits into the window then; null:
--             none is waited for.
-- Tables:     queue, queue_basis, waiting.
--
-- As claim_lines: the one rule, of a claim and of a plan.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.claim_due(names text[],
    cutoff pg_snapshot, cut timestamptz, until timestamptz, clock timestamptz)
returns table (due timestamptz)
language sql stable
as $$
select min(a.not_before)
from unnest(names) o(name)
    join nightdrop.queue q on q.name = o.name
    join nightdrop.queue_basis b on b.queue = o.name
    cross join lateral (select nightdrop.window_latest(
	nightdrop.queue_need(b), cut, until) as latest) m
    cross join lateral (
	select w.not_before from nightdrop.waiting w
	where w.queue = o.name and w.again and w.not_before > clock
	    and w.position < 'infinity' -- there lie those that are held
	    and (m.latest is null or w.not_before < m.latest)
	    and pg_visible_in_snapshot(w.since, cutoff)
	order by w.position, w.id limit 100) a
where not q.held
$$;

comment on function nightdrop.claim_due(text[], pg_snapshot, timestamptz,
    timestamptz, timestamptz) is
'Internal: when a claim that found nothing is worth another.';
revoke all on function nightdrop.claim_due(text[], pg_snapshot, timestamptz,
    timestamptz, timestamptz) from public;
