-- month_keeper(low, high): a job of these ids that has not ended; null: none.
--
-- Parameters: low and high, ids; high is not one of them.
-- Tables:     waiting, running, bundle, upload.
--
-- Also a bundle whose end is not noted yet, and an upload on its way in.
--
-- Internal: of month_drop.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.month_keeper(low uuid, high uuid)
returns uuid
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select a.id from (
	(select w.id from nightdrop.waiting w
	where w.id >= low and w.id < high order by w.id limit 1)
	union all
	(select r.id from nightdrop.running r
	where r.id >= low and r.id < high order by r.id limit 1)
	union all
	(select b.id from nightdrop.bundle b
	where b.id >= low and b.id < high and (b.finished is null
	    or b.expires > now())
	order by b.id limit 1)
	union all
	(select u.id from nightdrop.upload u
	where u.id >= low and u.id < high order by u.id limit 1)) a
order by a.id limit 1
$$;

comment on function nightdrop.month_keeper(uuid, uuid) is
'Internal: a job in a range of ids that has not ended.';
revoke all on function nightdrop.month_keeper(uuid, uuid) from public;
