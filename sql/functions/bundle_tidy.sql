-- bundle_tidy(until): sums folded, ends noted, what was not sealed swept.
--
-- Parameters: until, when to stop sweeping (see upload_sweep); 1,000 lines
--             always are.
-- Returns:    a line in words for each thing done.
-- Tables:     bundle, bundle_tally, queue, job.
--
-- For upkeep(), whose lock says that nobody else is at it.  A row of the
-- tallies that is deleted here is in the sum that is inserted here, and in no
-- other snapshot are both.  Looked at are the bundles that have not ended, and
-- their tallies by the index, whatever the statistics say: most may be of one.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_tidy(until timestamptz)
returns table (what text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
	ended uuid[];
	swept bigint := 0;
	more boolean;
	b uuid;
begin
	with many as materialized (
		select o.id as bundle from nightdrop.bundle o
		where o.sealed is not null and o.finished is null
		    and (select count(*) > 1 from nightdrop.bundle_tally t
			where t.bundle = o.id)
	), gone as (
		delete from nightdrop.bundle_tally t using many m
		where t.bundle = m.bundle returning t.*
	)
	insert into nightdrop.bundle_tally (bundle, successful, failed,
	    dismissed, at)
	select g.bundle, sum(g.successful), sum(g.failed), sum(g.dismissed),
	    max(g.at)
	from gone g group by g.bundle;

	ended := array(select o.id from nightdrop.bundle o
	    where o.sealed is not null and o.finished is null
		and (select sum(t.successful + t.failed + t.dismissed)
		from nightdrop.bundle_tally t where t.bundle = o.id) = o.lines
	    order by o.id for update of o skip locked);
	-- Added up again under the lock: a line may have been requeued since.
	update nightdrop.bundle o
	set finished = e.at,
	    expires = e.at + coalesce(e.retention, interval '30 days')
	from (select i.id, q.retention, s.n, s.at
		from unnest(ended) i(id)
		    join nightdrop.bundle b on b.id = i.id
		    left join nightdrop.queue q on q.name = b.queue
		    cross join lateral (
			select sum(t.successful + t.failed + t.dismissed) as n,
			    max(t.at) as at
			from nightdrop.bundle_tally t
			where t.bundle = i.id) s) e
	where o.id = e.id and e.n = o.lines;

	for b in
		select o.id from nightdrop.bundle o
		where o.sealed is null and o.expires < now()
		order by o.expires limit 100 for update skip locked
	loop
		swept := swept + 1;
		loop
			more := nightdrop.bundle_forget(b, 1000);
			exit when not more or clock_timestamp() >= until;
		end loop;
		exit when clock_timestamp() >= until;
	end loop;
	if swept > 0 then
		what := format('bundles: %s that were not sealed swept', swept);
		return next;
	end if;
end
$$;

comment on function nightdrop.bundle_tidy(timestamptz) is
'Internal: folds the sums of bundles and sweeps those that were not sealed.';
revoke all on function nightdrop.bundle_tidy(timestamptz) from public;
