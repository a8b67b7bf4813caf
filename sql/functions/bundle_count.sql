-- bundle_count(ids, outcomes): jobs have become final; those of bundles count.
--
-- Parameters: parallel arrays; an outcome that is not successful, failed or
--             dismissed is none.
-- Returns:    nothing.
-- Tables:     bundle, bundle_tally.
--
-- Called wherever responses are written, in the same transaction.  That an id
-- is of a bundle is seen by looking for the bundle: it is not said in waiting
-- and running, which are narrow.  With no bundle under way that costs one look.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_count(ids uuid[], outcomes text[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	if not exists (select from nightdrop.bundle b
	    where b.sealed is not null and b.finished is null) then
		return;
	end if;
	insert into nightdrop.bundle_tally (bundle, successful, failed,
	    dismissed)
	select b.id, count(*) filter (where u.outcome = 'successful'),
	    count(*) filter (where u.outcome = 'failed'),
	    count(*) filter (where u.outcome = 'dismissed')
	from unnest(ids, outcomes) u(id, outcome)
	    cross join lateral (
		select o.id from nightdrop.bundle o
		where o.id = nightdrop.bundle_of(u.id, 0) offset 0) b
	where u.outcome in ('successful', 'failed', 'dismissed')
	group by b.id;
end
$$;

comment on function nightdrop.bundle_count(uuid[], text[]) is
'Internal: adds jobs that became final to the sums of their bundles.';
revoke all on function nightdrop.bundle_count(uuid[], text[]) from public;
