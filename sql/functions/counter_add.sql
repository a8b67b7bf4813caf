-- counter_add(queues, jobs, sizes): move the counters of some queues.
--
-- Parameters: parallel arrays; a queue may occur more than once.  jobs and
--             sizes (bytes) are added and may be negative.
-- Returns:    nothing.
-- Tables:     counter: one row a queue, this backend's slot of sixteen.
--
-- The rows are locked in the order of their names before the first is changed,
-- and this is the last thing but the ledger that a transaction locks: so two
-- transactions never wait for each other.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.counter_add(queues text[], jobs bigint[],
    sizes bigint[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set jit = off
as $$
declare
	-- Typed as the column, or the index is of no use.
	mine constant smallint := pg_backend_pid() % 16;
begin
	with delta as (
		select d.queue, sum(d.jobs)::bigint as jobs,
		    sum(d.size)::bigint as size
		from unnest(queues, jobs, sizes) d(queue, jobs, size)
		group by d.queue
	), held as materialized (
		select c.queue, d.jobs, d.size
		from delta d join nightdrop.counter c
		    on c.queue = d.queue and c.slot = mine
		order by c.queue for no key update of c
	)
	update nightdrop.counter c
	set waiting = c.waiting + h.jobs, bytes = c.bytes + h.size
	from held h where c.queue = h.queue and c.slot = mine;
end
$$;

comment on function nightdrop.counter_add(text[], bigint[], bigint[]) is
'Internal: adds to the counters of queues, in a fixed order.';
revoke all on function nightdrop.counter_add(text[], bigint[], bigint[])
	from public;
