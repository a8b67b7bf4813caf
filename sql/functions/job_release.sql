-- job_release(id, reason): a job that job_hold held may be taken again.
--
-- Parameters: id; reason, in words, required.
-- Returns:    what was done, in words.
-- Errors:     ND404 no such job; ND409 it does not wait; ND422 no reason.
-- Tables:     job, bundle, waiting, running, queue, queue_basis, audit.
--
-- One that was never tried gets the place that it would have had; one that was
-- tried is due now.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_release(id uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	j nightdrop.job;
	w nightdrop.waiting;
	place timestamptz;
begin
	perform nightdrop.reason_check(reason);
	j := nightdrop.job_find(id);
	w := nightdrop.job_in_line(j);
	if w.not_before <> 'infinity' then
		return format('job %s: is not held', id);
	end if;
	select coalesce(b.position + b.priority * q.aging, case
	    when w.attempt > 0 or w.round > 1 then clock_timestamp()
	    else j.accepted end) - w.priority * q.aging
	into place
	from nightdrop.queue q
	    left join nightdrop.bundle b
		on b.id = nightdrop.bundle_of(j.id, j.line) and w.attempt = 0
		and w.round = 1
	where q.name = w.queue;
	update nightdrop.waiting l
	set again = w.attempt > 0 or w.round > 1, position = place,
	    not_before = '-infinity'
	where l.id = w.id;
	perform nightdrop.reach_extend(w.queue, w.priority);
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('job_release', 'job ' || id, reason,
	    jsonb_build_object('held', true),
	    jsonb_build_object('held', false, 'position', place));
	return format('job %s: released; the next run may take it', id);
end
$$;

comment on function nightdrop.job_release(uuid, text) is
'Runs may take a held job again: job_release(''019a...'', ''why'').';
revoke all on function nightdrop.job_release(uuid, text) from public;
grant execute on function nightdrop.job_release(uuid, text) to nightdrop_dba;
