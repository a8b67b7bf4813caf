-- bundle_show(bundle): what a bundle has come to, whoever asks.
--
-- Returns:    a row as bundle_read's, of a bundle that is sealed.
-- Tables:     bundle, bundle_tally, running, queue, queue_basis, run, run_queue.
--
-- Cheap at any number of lines: what has ended is in sums, and what runs is a
-- range of running's primary key.  The quote is that of the last line: its
-- first one until the basis changes, then computed again with what is left.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_show(bundle uuid)
returns setof nightdrop.bundle_state
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
begin
	return query
	select 'ok', null::bigint, u.id, u.queue, u.owner, s.status, u.lines,
	    r.running, t.successful, t.failed, t.dismissed, u.sealed,
	    case when n.ended = u.lines then t.at end, u.bytes, u.digest,
	    w.earliest, w.likely, w.latest, w.ahead, w.fits, w.basis,
	    case when n.ended = u.lines then t.at + q.retention end,
	    left(s.status, 1) || concat_ws('.', r.running::text,
		t.successful::text, t.failed::text, t.dismissed::text,
		case when n.ended < u.lines then b.version::text end,
		u.stop),
	    case when n.ended < u.lines and b.carried is not null
		then (select c.times from nightdrop.carried_over(u.queue,
		    b.carried, u.since, '-infinity') c) else 0 end
	from nightdrop.bundle u
	    left join nightdrop.queue q on q.name = u.queue
	    left join nightdrop.queue_basis b on b.queue = u.queue
	    cross join lateral (
		select coalesce(sum(y.successful), 0)::bigint as successful,
		    coalesce(sum(y.failed), 0)::bigint as failed,
		    coalesce(sum(y.dismissed), 0)::bigint as dismissed,
		    max(y.at) as at
		from nightdrop.bundle_tally y where y.bundle = u.id) t
	    cross join lateral (
		select count(*) as running from nightdrop.running o
		where o.id > u.id
		    and o.id <= nightdrop.bundle_line(u.id, u.lines)
		    and o.started is not null) r
	    cross join lateral (
		select t.successful + t.failed + t.dismissed as ended) n
	    cross join lateral (
		select case
		    when n.ended < u.lines and n.ended + r.running > 0
		    then 'running'
		    when n.ended < u.lines then 'accepted'
		    when t.dismissed > 0 and (u.stop is not null
			or t.failed = 0) then 'dismissed'
		    when t.failed > 0 then 'failed'
		    else 'successful' end as status) s
	    cross join lateral (
		-- as at first
		select f.earliest, f.likely, f.latest, f.ahead, f.fits,
		    (u.quote).basis
		from nightdrop.bundle_quote(u, u.lines) f
		where n.ended = u.lines or b.queue is null
		    or b.version = u.quote_version and n.ended = 0
		union all
		-- by the present basis, and what is left
		select p.earliest, p.likely, p.latest, a.ahead, p.fits, l.basis
		from (select greatest(u.quote_ahead
			- greatest(b.taken - u.quote_taken, 0), 0)
			+ greatest(u.lines - n.ended - 1, 0) as ahead) a
		    cross join lateral nightdrop.quote_shown(b, u.sealed) l
		    cross join lateral nightdrop.quote(l, a.ahead) p
		where n.ended < u.lines and b.queue is not null
		    and (b.version <> u.quote_version or n.ended > 0)
	    ) w
	where u.id = bundle_show.bundle and u.sealed is not null;
end
$$;

comment on function nightdrop.bundle_show(uuid) is
'Internal: status, counts, quote and version of a bundle.';
revoke all on function nightdrop.bundle_show(uuid) from public;
