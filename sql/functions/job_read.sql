-- job_read(job, caller, capability): what a job has come to, for its monitor.
--
-- Parameters: job, its id; caller and capability: owner and capability of
--             job_visible.
-- Returns:    one row; verdict ok, none or gone, and null in all the rest but
--             for ok.  version changes exactly when the rest does.
-- Tables:     job, bundle, waiting, running, response, attempt, queue_basis,
--             and where its queue has such jobs, run and run_queue.
--
-- The quote of a job in line is its first one until the basis changes (a run
-- opens or closes); then it is computed again, from the basis alone and with
-- those ahead that have left since.  A job put back is not promised before it
-- may be tried.  The quote of a final job is the first one, to be held against
-- what came of it.  A line of a bundle was accepted and quoted with it, and
-- may be in line without being in waiting yet.  carried_over: how many windows
-- have closed before its turn; the message says so too.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_read(job uuid, caller text,
    capability boolean)
returns table (verdict text, queue text, owner text, status text,
    attempt integer, accepted timestamptz, started timestamptz,
    finished timestamptz, progress text, message text, size bigint,
    digest bytea, type text, quote_earliest timestamptz,
    quote_likely timestamptz, quote_latest timestamptz, quote_ahead bigint,
    quote_fits boolean, quote_basis text, outcome_status integer,
    outcome_reason text, outcome_by text, expires timestamptz, version text,
    carried_over integer)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	verdict := nightdrop.job_visible(job, caller, capability);
	if verdict <> 'ok' then
		return next;
		return;
	end if;
	return query
	select 'ok', j.queue, j.owner, s.status,
	    coalesce(f.attempt, r.attempt, w.attempt, 0), a.accepted,
	    case when f.id is null then r.started else f.started end,
	    f.finished, r.progress,
	    nullif(concat_ws('; ', nightdrop.job_message(j.id,
		coalesce(r.attempt, w.attempt), w.not_before, w.lost, r.stop),
		y.words), ''),
	    j.size, j.digest, j.type, t.earliest, t.likely, t.latest, t.ahead,
	    t.fits, t.basis, f.status::integer, f.reason, f.by, f.expires,
	    nightdrop.version_of(s.status,
		coalesce(f.round, r.round, w.round, 1),
		coalesce(f.attempt, r.attempt, w.attempt, 0),
		b.version, r.progress, r.stop)
		|| case when j.digest is null then '.n' else '' end
		|| case when w.not_before = 'infinity' then '.h' else '' end,
	    y.times
	from nightdrop.job j
	    left join nightdrop.queue_basis b on b.queue = j.queue
	    left join lateral (
		select o.* from nightdrop.bundle o
		where j.line is not null
		    and o.id = nightdrop.bundle_of(j.id, j.line) offset 0) u
		on true
	    left join nightdrop.waiting w on w.id = j.id
	    left join nightdrop.running r on r.id = j.id
	    left join lateral (
		select f.* from nightdrop.response f
		where f.id = j.id and w.id is null and r.id is null
		order by f.round desc limit 1) f on true
	    cross join lateral nightdrop.carried_over(j.queue, b.carried,
		case when r.started is null
		    then coalesce(w.since, r.since) end,
		coalesce(w.not_before, '-infinity')) y
	    cross join lateral (
		select j.accepted, j.quote_earliest as earliest,
		    j.quote_likely as likely, j.quote_latest as latest,
		    j.quote_ahead as ahead, j.quote_fits as fits,
		    j.quote_basis as basis, j.quote_version as version,
		    j.quote_taken as taken
		where j.line is null
		union all
		select u.sealed, c.earliest, c.likely, c.latest, c.ahead,
		    c.fits, (u.quote).basis, u.quote_version, u.quote_taken
		from nightdrop.bundle_quote(u, j.line) c
		where j.line is not null) a
	    cross join lateral (
		select case when r.started is not null then 'running'
		    else coalesce(f.outcome, 'accepted') end as status,
		    greatest(a.ahead - greatest(b.taken - a.taken, 0), 0)
			as ahead) s
	    cross join lateral (
		-- as at first
		select a.earliest, a.likely, a.latest, a.ahead, a.fits, a.basis
		where f.id is not null or b.queue is null
		    or b.version = a.version and r.started is null
			and coalesce(w.attempt, r.attempt, 0) = 0
		union all
		-- in hand
		select r.started, r.started + b.p50, r.started + b.tail, 0, true,
		    case when b.p50 is null
		    then 'no history: no job has been finished yet'
		    else format('the last %s runs', b.runs) end
		where r.started is not null
		union all
		-- in line, by the present basis
		select q.earliest + d.later, q.likely + d.later,
		    q.latest + d.later, s.ahead, q.fits, l.basis
		from nightdrop.quote_shown(b, a.accepted) l
		    cross join lateral nightdrop.quote(l, s.ahead) q
		    cross join lateral (select greatest(interval '0',
			case when isfinite(w.not_before)
			then w.not_before - q.earliest end) as later) d
		where f.id is null and b.queue is not null
		    and r.started is null
		    and (b.version <> a.version
			or coalesce(w.attempt, r.attempt, 0) > 0)
	    ) t
	where j.id = job;
end
$$;

comment on function nightdrop.job_read(uuid, text, boolean) is
'The monitor of a job: status, quote, outcome, version.';
revoke all on function nightdrop.job_read(uuid, text, boolean) from public;
grant execute on function nightdrop.job_read(uuid, text, boolean)
	to nightdrop_responder;
