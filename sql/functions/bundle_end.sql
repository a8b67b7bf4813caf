-- bundle_end(b): the next 10,000 lines of a bundle come to their end.
--
-- Parameters: b, whose row the caller holds (and read after it had the lock),
--             with stop set.
-- Returns:    how many lines were moved on.
-- Tables:     bundle, waiting, running, response, queue, counter,
--             bundle_tally, and those of bundle_advance.
--
-- First those that are not in waiting yet, so that they never get there; then
-- those that are.  What a run is just claiming is passed over: the caller looks
-- again.  Those in workers' hands are told to stop.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_end(b nightdrop.bundle)
returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
	clock constant timestamptz := clock_timestamp();
	last constant uuid := nightdrop.bundle_line(b.id, b.lines);
	gone uuid[];
	sizes bigint;
begin
	if b.expanded < b.lines then
		return nightdrop.bundle_advance(b, 10000);
	end if;
	with pick as materialized (
		select w.id from nightdrop.waiting w
		where w.id > b.id and w.id <= last
		order by w.id limit 10000 for update skip locked
	), left_line as (
		delete from nightdrop.waiting w using pick p
		where w.id = p.id
		returning w.id, w.round, w.attempt, w.bytes
	), final as (
		insert into nightdrop.response (id, round, outcome,
		    status, reason, by, finished, expires, attempt,
		    body)
		select l.id, l.round, 'dismissed', 410, 'Gone', b.stop,
		    clock, clock + coalesce(q.retention, '30 days'),
		    l.attempt, ''
		from left_line l
		    left join nightdrop.queue q on q.name = b.queue
	)
	select array_agg(l.id), sum(l.bytes) into gone, sizes
	from left_line l;
	update nightdrop.running r set stop = coalesce(r.stop, b.stop)
	where r.id in (select o.id from nightdrop.running o
		where o.id > b.id and o.id <= last
		order by o.id for update);
	if gone is not null then
		perform nightdrop.bundle_count(gone, array_fill(
		    'dismissed'::text, array[cardinality(gone)]));
		perform nightdrop.counter_add(array[b.queue],
		    array[-cardinality(gone)::bigint], array[-sizes]);
	end if;
	return coalesce(cardinality(gone), 0);
end
$$;

comment on function nightdrop.bundle_end(nightdrop.bundle) is
'Internal: dismisses the next lines of a bundle that somebody wants dismissed.';
revoke all on function nightdrop.bundle_end(nightdrop.bundle) from public;
