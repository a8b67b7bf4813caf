-- bundle_pluck(job, by): dismiss a line of a bundle that is not in waiting yet.
--
-- Returns:    whether it was one, and is final now (410 by that); false:
--             look for it elsewhere.
-- Tables:     job, bundle, response, queue, bundle_tally, counter.
--
-- The bundle's row is held until the end of the transaction: where its lines
-- are just being moved on, this waits and then sees where this one went.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_pluck(job uuid, by text)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	j record;
	b nightdrop.bundle;
begin
	select o.line, o.size into j from nightdrop.job o
	where o.id = bundle_pluck.job;
	if j.line is null then
		return false;
	end if;
	select * into b from nightdrop.bundle o
	where o.id = nightdrop.bundle_of(job, j.line) for update;
	if b.expanded >= j.line then
		return false;
	end if;
	insert into nightdrop.response (id, round, outcome, status, reason, by,
	    finished, expires, attempt, body)
	select job, 1, 'dismissed', 410, 'Gone', bundle_pluck.by, clock_timestamp(),
	    clock_timestamp() + q.retention, 0, ''
	from nightdrop.queue q
	where q.name = b.queue and not exists (select from nightdrop.response f
	    where f.id = job);
	if not found then
		return false;
	end if;
	update nightdrop.bundle o set left_lines = o.left_lines - 1,
	    left_bytes = o.left_bytes - j.size
	where o.id = b.id;
	perform nightdrop.bundle_count(array[job], array['dismissed']);
	perform nightdrop.counter_add(array[b.queue], array[-1::bigint],
	    array[-j.size]);
	return true;
end
$$;

comment on function nightdrop.bundle_pluck(uuid, text) is
'Internal: dismisses a line of a bundle that is not in waiting yet.';
revoke all on function nightdrop.bundle_pluck(uuid, text) from public;
