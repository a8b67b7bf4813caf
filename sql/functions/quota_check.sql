-- quota_check(id, queue, owner, jobs): may this owner have more jobs waiting?
--
-- Parameters: id, of what is about to be accepted (a job's): where it is there
--             already, it counts already; owner, '' for all those together who
--             have none; jobs, how many more there will be (0: one that takes
--             the place of another).
-- Returns:    null: yes.  Else the queue's max_waiting_owner, which that would
--             exceed.
-- Tables:     queue, waiting, bundle, job.
--
-- Exact, whoever else submits for the same owner: the lock is held until the
-- transaction ends, so that the next one counts what this one accepts.  Its
-- place in the order of locks is behind the key, the name and the bundle, and
-- before the waiting rows.  Counts no further than the quota, by an index that
-- has rows of queues with a quota only: what waited when the quota was set, and
-- what was put back after an attempt, does not count.  Lines of bundles that are
-- not in waiting yet are added from their bundles.
--
-- Costs one look at the queue where it has no quota.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.quota_check(id uuid, queue text,
    owner text, jobs bigint)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	quota bigint;
begin
	select q.max_waiting_owner into quota from nightdrop.queue q
	where q.name = quota_check.queue;
	if quota is null then
		return null;
	end if;
	perform pg_advisory_xact_lock(hashtextextended(
	    'nightdrop.quota ' || queue || ' ' || owner, 0));
	if exists (select from nightdrop.job j where j.id = quota_check.id) then
		return null;
	end if;
	return case when jobs + (select coalesce(sum(b.left_lines), 0)
	    from nightdrop.bundle b
	    where b.queue = quota_check.queue and b.owner = quota_check.owner
		and b.sealed is not null and b.expanded < b.lines)
	    + (select count(*) from (
		select from nightdrop.waiting w
		where w.queue = quota_check.queue
		    and w.owner = quota_check.owner
		limit quota) w) > quota then quota end;
end
$$;

comment on function nightdrop.quota_check(uuid, text, text, bigint) is
'Internal: the quota that so many more jobs of an owner would exceed; null: none.';
revoke all on function nightdrop.quota_check(uuid, text, text, bigint)
	from public;
