-- bundle_advance(b, most): the next lines of a sealed bundle are moved on.
--
-- Parameters: b, whose row the caller holds (and read after it had the lock);
--             most, how many lines.
-- Returns:    how many lines; 0: there are none left.
-- Tables:     bundle, job, response, waiting, queue, bundle_tally, counter.
--
-- Into waiting, at the place and with the transaction of the seal; or, where
-- somebody wants the bundle dismissed, to their end.  A line that has been
-- dismissed by itself is passed over.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_advance(b nightdrop.bundle,
    most integer)
returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
	clock constant timestamptz := clock_timestamp();
	upto constant integer := least(b.expanded + most, b.lines);
	first constant uuid := nightdrop.bundle_line(b.id, b.expanded);
	last constant uuid := nightdrop.bundle_line(b.id, upto);
	quota constant boolean := exists (select from nightdrop.queue q
	    where q.name = b.queue and q.max_waiting_owner is not null);
	n bigint;
	sizes bigint;
begin
	if b.stop is null then
		with moved as (
			insert into nightdrop.waiting as w (id, queue,
			    position, priority, since, bytes, owner)
			select j.id, b.queue, b.position, b.priority, b.since,
			    j.size::integer, case when quota then b.owner end
			from nightdrop.job j
			where j.id > first and j.id <= last
			    and not exists (select from nightdrop.response f
				where f.id = j.id)
			order by j.id
			returning w.bytes
		)
		select count(*), coalesce(sum(m.bytes), 0) into n, sizes
		from moved m;
	else
		with moved as (
			select j.id, j.size from nightdrop.job j
			where j.id > first and j.id <= last
			    and not exists (select from nightdrop.response f
				where f.id = j.id)
		), final as (
			insert into nightdrop.response (id, round, outcome,
			    status, reason, by, finished, expires, attempt,
			    body)
			select m.id, 1, 'dismissed', 410, 'Gone', b.stop,
			    clock, clock + coalesce(q.retention, '30 days'), 0,
			    ''
			from moved m
			    left join nightdrop.queue q on q.name = b.queue
		)
		select count(*), coalesce(sum(m.size), 0) into n, sizes
		from moved m;
		insert into nightdrop.bundle_tally (bundle, successful, failed,
		    dismissed)
		select b.id, 0, 0, n where n > 0;
		perform nightdrop.counter_add(array[b.queue], array[-n],
		    array[-sizes]);
	end if;
	update nightdrop.bundle o
	set expanded = upto, left_lines = o.left_lines - n,
	    left_bytes = o.left_bytes - sizes
	where o.id = b.id;
	return upto - b.expanded;
end
$$;

comment on function nightdrop.bundle_advance(nightdrop.bundle, integer) is
'Internal: moves the next lines of a bundle into waiting, or dismisses them.';
revoke all on function nightdrop.bundle_advance(nightdrop.bundle, integer)
	from public;
