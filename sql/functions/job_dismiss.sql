-- job_dismiss(id, reason): the DBA dismisses a job.
--
-- Parameters: id; reason, in words, required.
-- Returns:    what comes of it, in words.
-- Errors:     ND404 no such job, or it has ended; ND422 no reason; ND503 it
--             kept moving; try again.
-- Tables:     job, audit, and those of job_end.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_dismiss(id uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	verdict text := 'none';
begin
	perform nightdrop.reason_check(reason);
	-- A line of a bundle that is not sealed is not there for anybody.
	if exists (select from nightdrop.job j where j.id = job_dismiss.id
	    and not exists (select from nightdrop.bundle b
		where b.id = nightdrop.bundle_of(j.id, j.line)
		    and b.sealed is null)) then
		verdict := nightdrop.job_end(id, 'operator');
	end if;
	if verdict in ('none', 'finished') then
		raise exception '%', format(case verdict
		    when 'none' then 'there is no job %s'
		    else 'job %s has ended: there is nothing to dismiss' end, id)
		    using errcode = 'ND404',
		    hint = 'select * from nightdrop.job_status where id = ...';
	end if;
	insert into nightdrop.audit (verb, object, reason)
	values ('job_dismiss', 'job ' || id, reason);
	return format(case verdict
	    when 'stopping' then 'job %s is in a worker''s hands, who ends it '
		'within two seconds (TERM, 5 s later KILL)'
	    when 'already' then 'job %s was dismissed before'
	    else 'job %s is dismissed: 410 by operator' end, id);
end
$$;

comment on function nightdrop.job_dismiss(uuid, text) is
'Dismisses a job, waiting or running: job_dismiss(''019a...'', ''why'').';
revoke all on function nightdrop.job_dismiss(uuid, text) from public;
grant execute on function nightdrop.job_dismiss(uuid, text) to nightdrop_dba;
