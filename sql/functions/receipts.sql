-- receipts(ids): the receipts of jobs that are there already.
--
-- Returns:  a receipt for each id that is a job: as it is now, with its first
--           quote, verdict ok, repeated true.  In no particular order.
-- Tables:   job, waiting, running, response, queue, queue_basis.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.receipts(ids uuid[])
returns setof nightdrop.receipt
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
begin
	return query
	select j.id, 'ok', q.reply::integer, j.accepted, j.size, j.digest,
	    s.status, nightdrop.version_of(s.status,
		coalesce(f.round, r.round, w.round),
		coalesce(f.attempt, r.attempt, w.attempt),
		b.version, r.progress, r.stop)
		|| case when j.digest is null then '.n' else '' end,
	    j.quote_earliest, j.quote_likely, j.quote_latest, j.quote_ahead,
	    j.quote_fits, j.quote_basis, null::bigint, true
	from unnest(ids) u(id)
	    join nightdrop.job j on j.id = u.id
	    left join nightdrop.queue q on q.name = j.queue
	    left join nightdrop.queue_basis b on b.queue = j.queue
	    left join nightdrop.waiting w on w.id = j.id
	    left join nightdrop.running r on r.id = j.id
	    left join lateral (
		select f.round, f.outcome, f.attempt from nightdrop.response f
		where f.id = j.id and w.id is null and r.id is null
		order by f.round desc limit 1) f on true
	    cross join lateral (
		select case when r.started is not null then 'running'
		    else coalesce(f.outcome, 'accepted') end as status) s;
end
$$;

comment on function nightdrop.receipts(uuid[]) is
'Internal: receipts of jobs that are there already, as they are now.';
revoke all on function nightdrop.receipts(uuid[]) from public;
