-- counter_reconcile(queues): put counters right against a count.
--
-- Parameters: queues, names.
-- Returns:    nothing.
-- Tables:     counter, waiting, bundle.
--
-- Counters and jobs are read in one snapshot, and every transaction moves both,
-- so the difference is drift (of a table restored, a row edited by hand) and
-- nothing else; it is added, so what others are doing meanwhile stays right.
-- A queue that seems to hold more than a million is not counted: there the
-- drift does not matter and the count would.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.counter_reconcile(queues text[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
	names text[];
	jobs bigint[];
	sizes bigint[];
begin
	with kept as (
		select c.queue, sum(c.waiting) as jobs, sum(c.bytes) as size
		from nightdrop.counter c where c.queue = any (queues)
		group by c.queue having sum(c.waiting) < 1000000
	), truth as (
		select t.queue, sum(t.jobs) as jobs, sum(t.size) as size
		from (select w.queue, count(*) as jobs, sum(w.bytes) as size
			from nightdrop.waiting w
			where w.queue in (select k.queue from kept k)
			group by w.queue
			union all
			select b.queue, b.left_lines, b.left_bytes
			from nightdrop.bundle b
			where b.queue in (select k.queue from kept k)
			    and b.sealed is not null and b.expanded < b.lines
		    ) t
		group by t.queue
	)
	select array_agg(k.queue),
	    array_agg(coalesce(t.jobs, 0)::bigint - k.jobs::bigint),
	    array_agg(coalesce(t.size, 0)::bigint - k.size::bigint)
	into names, jobs, sizes
	from kept k left join truth t on t.queue = k.queue
	where coalesce(t.jobs, 0) <> k.jobs or coalesce(t.size, 0) <> k.size;
	if names is not null then
		perform nightdrop.counter_add(names, jobs, sizes);
	end if;
end
$$;

comment on function nightdrop.counter_reconcile(text[]) is
'Internal: puts the counters of queues right.';
revoke all on function nightdrop.counter_reconcile(text[]) from public;
