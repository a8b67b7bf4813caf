-- erase(id, reason): what a job was about, and whose it was, is taken away.
--
-- Parameters: id, of a job that has ended; reason, in words, required.
-- Returns:    what was done, in words.
-- Errors:     ND404 no such job; ND409 it has not ended; ND422 no reason.
-- Tables:     job, bundle, waiting, running, response, audit, and those of
--             job_erase.
--
-- For privacy.  Its id and what came of it stay; the reason should not say
-- what was erased.  What lines of a bundle have in common (the request's
-- variables, the owner) is erased with the last of its lines.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.erase(id uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	j nightdrop.job;
	bytes bigint;
begin
	perform nightdrop.reason_check(reason);
	j := nightdrop.job_find(id);
	perform from nightdrop.response f where f.id = erase.id for update;
	if not found or exists (select from nightdrop.waiting w
		where w.id = erase.id)
	    or exists (select from nightdrop.running r
		where r.id = erase.id) then
		raise exception 'job % has not ended', id
		    using errcode = 'ND409',
		    hint = 'nightdrop.job_dismiss first';
	end if;
	bytes := nightdrop.job_erase(array[id], true);
	update nightdrop.bundle b set owner = '', request = '{}'
	where j.line is not null and b.id = nightdrop.bundle_of(j.id, j.line)
	    and b.finished is not null and not exists (
		select from nightdrop.job o
		where o.id > b.id
		    and o.id <= nightdrop.bundle_line(b.id, b.lines)
		    and o.erased is null);
	insert into nightdrop.audit (verb, object, reason)
	values ('erase', 'job ' || id, reason);
	return format('job %s: erased (%s bytes): body, header fields, logs, owner, name, key. WAL and backups made before hold them still.',
	    id, bytes);
end
$$;

comment on function nightdrop.erase(uuid, text) is
'For privacy: takes away what a job that has ended was about and whose it was; its client gets 410.';
revoke all on function nightdrop.erase(uuid, text) from public;
grant execute on function nightdrop.erase(uuid, text) to nightdrop_dba;
