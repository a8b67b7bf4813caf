-- upkeep(): what has to be done now and then, in small pieces.
--
-- Makes the partitions of this month and three ahead (and of the month of
-- yesterday: an id may be ten minutes old); sweeps, for two seconds at most,
-- expired uploads with their parts, and bundles that were not sealed; forgets
-- Idempotency-Keys a day after their job became final, and names whose job is
-- kept no longer.
--
-- Returns:  a line in words for each thing done; none: there was nothing.
-- Errors:   none of its own.  Called by install, at each close of a run and after
--           it, and by the responder when a partition is missing.
-- Tables:   job, part, attempt, response (partitions), upload, part, chunk,
--           idempotency_key, named_job, waiting, running, response, and those
--           of upload_sweep and bundle_tidy.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upkeep()
returns table (what text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
	month constant timestamp := date_trunc('month',
	    (now() - interval '1 day') at time zone 'UTC');
	until constant timestamptz := clock_timestamp() + interval '2 seconds';
	n bigint;
begin
	begin
		perform pg_advisory_xact_lock(hashtext('nightdrop.upkeep'));
	exception when lock_not_available then
		what := 'upkeep: somebody else is at it';
		return next;
		return;
	end;

	return query
	select p.done
	from unnest(array['job', 'part', 'attempt', 'response']) t(parent)
	    cross join generate_series(month, date_trunc('month',
		now() at time zone 'UTC') + interval '3 months',
		interval '1 month') m(month)
	    cross join lateral nightdrop.partition_make(t.parent,
		m.month at time zone 'UTC') p(done)
	where p.done is not null;

	return query select t.what from nightdrop.upload_sweep(until) t;

	return query select t.what from nightdrop.bundle_tidy(until) t;

	with old as materialized (
		select k.owner, k.queue, k.key, k.scope
		from nightdrop.idempotency_key k
		where k.created < now() - interval '1 day'
		    and not exists (select from nightdrop.waiting w
			where w.id = k.id)
		    and not exists (select from nightdrop.running r
			where r.id = k.id)
		    and not exists (select from nightdrop.response f
			where f.id = k.id
			and f.finished > now() - interval '1 day')
		    and not exists (select from nightdrop.bundle b
			where b.id = k.id and (b.finished is null
			or b.finished > now() - interval '1 day'))
		order by k.created limit 10000 for update skip locked
	)
	delete from nightdrop.idempotency_key k using old o
	where (k.owner, k.queue, k.key, k.scope)
	    = (o.owner, o.queue, o.key, o.scope);
	get diagnostics n = row_count;
	if n > 0 then
		what := format('idempotency keys: %s old ones forgotten', n);
		return next;
	end if;

	delete from nightdrop.chunk c
	where not exists (select from nightdrop.worker w
	    where w.id = c.worker and w.left_at is null);

	n := nightdrop.named_forget();
	if n > 0 then
		what := format('names: %s of jobs kept no longer forgotten', n);
		return next;
	end if;
end
$$;

comment on function nightdrop.upkeep() is
'Makes partitions ahead, sweeps expired uploads and old keys; one line for each thing done.';
revoke all on function nightdrop.upkeep() from public;
grant execute on function nightdrop.upkeep()
	to nightdrop_responder, nightdrop_batch, nightdrop_dba;
