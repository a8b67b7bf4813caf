-- queue_oldest(queue): since when the oldest job at the head of a line waits.
--
-- Returns:  its acceptance; null: nobody waits.
-- Tables:   waiting, bundle, job.
--
-- The line has three: of those that wait for the first time, of those that are
-- tried again, and of bundles' lines that no run has moved on yet.  Only their
-- heads are looked at: within one the older is before the younger, but for
-- changes of priority.
--
-- Also for the view queue_status: who reads that may call this.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_oldest(queue text)
returns timestamptz
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select min(coalesce(u.sealed, j.accepted))
from (
	(select w.id from nightdrop.waiting w
	where w.queue = queue_oldest.queue and not w.again
	order by w.position, w.id limit 1)
	union all
	(select w.id from nightdrop.waiting w
	where w.queue = queue_oldest.queue and w.again
	order by w.position, w.id limit 1)
	union all
	(select nightdrop.bundle_line(b.id, b.expanded + 1)
	from nightdrop.bundle b
	where b.queue = queue_oldest.queue and b.sealed is not null
	    and b.expanded < b.lines
	order by b.position, b.id limit 1)) h
    join nightdrop.job j on j.id = h.id
    left join nightdrop.bundle u on u.id = nightdrop.bundle_of(j.id, j.line)
$$;

comment on function nightdrop.queue_oldest(text) is
'The acceptance of the oldest job at the head of a queue''s line.';
revoke all on function nightdrop.queue_oldest(text) from public;
grant execute on function nightdrop.queue_oldest(text)
	to nightdrop_dba, nightdrop_monitor;
