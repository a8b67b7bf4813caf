-- job_hold(id, reason): no run takes this job, until job_release.
--
-- Parameters: id; reason, in words, required.
-- Returns:    what was done, in words.
-- Errors:     ND404 no such job; ND409 it does not wait; ND422 no reason.
-- Tables:     job, bundle, waiting, running, audit.
--
-- It goes to the far end of the line, where no claim looks: so that a million
-- held jobs cost a night nothing.  It still waits, and counts.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_hold(id uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	w nightdrop.waiting;
begin
	perform nightdrop.reason_check(reason);
	w := nightdrop.job_in_line(nightdrop.job_find(id));
	if w.not_before = 'infinity' then
		return format('job %s: is held already', id);
	end if;
	update nightdrop.waiting l
	set again = true, position = 'infinity', not_before = 'infinity'
	where l.id = job_hold.id;
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('job_hold', 'job ' || id, reason,
	    jsonb_build_object('held', false, 'position', w.position),
	    jsonb_build_object('held', true));
	return format('job %s: held. No run takes it before nightdrop.job_release.',
	    id);
end
$$;

comment on function nightdrop.job_hold(uuid, text) is
'No run takes this job until job_release: job_hold(''019a...'', ''why'').';
revoke all on function nightdrop.job_hold(uuid, text) from public;
grant execute on function nightdrop.job_hold(uuid, text) to nightdrop_dba;
