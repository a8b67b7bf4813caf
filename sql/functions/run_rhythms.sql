-- run_rhythms(names, after): run_rhythm() of many queues.
--
-- Parameters: names, of queues; after, a moment.
-- Returns:    a row a queue: queue; starts, every and slack, as run_rhythm()
--             has them, told or learned.
-- Tables:     queue_basis, run_queue, and those of run_rhythm.
--
-- Queues that were always run together have their rhythm worked out once.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_rhythms(names text[],
    after timestamptz)
returns table (queue text, starts timestamptz[], every interval,
    slack interval)
language sql stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
with line as materialized (
	select b.queue, coalesce(b.told, '') as told, array(
	    select rq.run from nightdrop.run_queue rq
	    where rq.queue = b.queue order by rq.run desc limit 60) as runs
	from nightdrop.queue_basis b where b.queue = any (names)
), alike as materialized (
	select l.told, l.runs, r.starts, r.every, r.slack
	from (select l.told, l.runs, min(l.queue) as queue
		from line l group by l.told, l.runs) l
	    cross join lateral nightdrop.run_rhythm(l.queue, after,
		nullif(l.told, '')) r
)
select l.queue, a.starts, a.every, a.slack
from line l join alike a on a.runs = l.runs and a.told = l.told
$$;

comment on function nightdrop.run_rhythms(text[], timestamptz) is
'Internal: when the next runs of queues are expected.';
revoke all on function nightdrop.run_rhythms(text[], timestamptz) from public;
