-- explain_job(id): where a job is, and why it is not somewhere else.
--
-- Parameters: id.
-- Returns:    lines in words, the most important first.
-- Errors:     none.
-- Tables:     job, bundle, waiting, running, worker, response, attempt, queue,
--             queue_basis, run, run_queue, requeue.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.explain_job(id uuid)
returns setof text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	j nightdrop.job;
	b nightdrop.bundle;
	w nightdrop.waiting;
	r nightdrop.running;
	f nightdrop.response;
	x record;
begin
	select * into j from nightdrop.job o where o.id = explain_job.id;
	if j.id is null then
		return next format('There is no job %s: never accepted, or of a month that is kept no longer.', id);
		return;
	end if;
	-- One look at all: what moves is in one of them.
	select l as w, h as r, a as f, u as b into x
	from (select j.id) k(id)
	    left join nightdrop.waiting l on l.id = k.id
	    left join nightdrop.running h on h.id = k.id
	    left join nightdrop.response a on a.id = k.id and a.round = (
		select max(o.round) from nightdrop.response o
		where o.id = k.id)
	    left join nightdrop.bundle u
		on u.id = nightdrop.bundle_of(j.id, j.line);
	w := x.w;
	r := x.r;
	f := x.f;
	b := x.b;

	if b.id is not null and b.sealed is null then
		return next format('It is line %s of bundle %s, which is on its way in: not accepted yet.', j.line, b.id);
		return;
	end if;
	return next format('Queue %s, %s, accepted %s%s.', j.queue,
	    case j.owner when '' then 'no owner' else 'of ' || j.owner end,
	    coalesce(b.sealed, j.accepted), case when b.id is not null
	    then format(' as line %s of bundle %s', j.line, b.id) else '' end);
	if w.id is not null and (r.id is not null or f.round >= w.round)
	    or r.id is not null and f.round >= r.round then
		return next 'It is in two places, which must not be: see lost_job.';
	end if;
	if r.id is not null then
		return query select nightdrop.explain_running(r);
	elsif w.id is not null then
		return query select nightdrop.explain_waiting(w);
	elsif f.id is not null then
		return next format('It ended %s: %s, %s %s (by %s) in attempt %s of round %s. %s', f.finished,
		    f.outcome, f.status, f.reason, f."by", f.attempt, f.round,
		    case when j.erased is not null
		    then format('Erased %s: it cannot be run again.', j.erased)
		    when f.expires <= now()
		    then format('Its client gets 410 since %s.', f.expires)
		    else format('Its client can fetch it until %s; job_requeue(id, reason) runs it again.', f.expires) end);
	elsif j.line > b.expanded then
		return next 'No run has looked at its bundle yet: the next one moves its lines into the line (waiting), those of the first bundle first.';
		return query select nightdrop.explain_queue(j.queue);
	else
		return next 'It is nowhere, which must not be: see lost_job.';
	end if;
	return query
	select format('Attempt %s, run %s: %s%s, took %s%s.', a.attempt, a.run,
	    a.result, coalesce(' with ' || a.status, ''),
	    date_trunc('milliseconds', a.ended - a.started), case
	    when a.signal is not null then ', ended by signal ' || a.signal
	    when a.exit_code <> 0 then ', exit ' || a.exit_code else '' end)
	from nightdrop.attempt a where a.id = j.id
	order by a.attempt desc limit 5;
	return query
	select format('Requeued %s by %s: %s.', q.at, q.who, q.reason)
	from nightdrop.requeue q where q.id = j.id order by q.round desc;
end
$$;

comment on function nightdrop.explain_job(uuid) is
'Says in words where a job is and why it is not running: select * from explain_job(''019a...'')';
revoke all on function nightdrop.explain_job(uuid) from public;
grant execute on function nightdrop.explain_job(uuid)
	to nightdrop_dba, nightdrop_monitor;
