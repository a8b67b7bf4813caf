-- bundle_dismiss(id, reason): the DBA dismisses all jobs of a bundle.
--
-- Parameters: id, of the bundle; reason, in words, required.
-- Returns:    what comes of it, in words.
-- Errors:     ND404 no such bundle, or it has ended; ND422 no reason.
-- Tables:     bundle, audit, and those of bundle_end.
--
-- The wish is written at once, and up to 100,000 of its jobs that wait are
-- ended with it; what is left the next run ends before it takes a job.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_dismiss(id uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	b nightdrop.bundle;
	last uuid;
	ended bigint := 0;
	n integer;
	running bigint;
begin
	perform nightdrop.reason_check(reason);
	perform nightdrop.durable();
	update nightdrop.bundle o set stop = coalesce(o.stop, 'operator')
	where o.id = bundle_dismiss.id and o.sealed is not null
	    and o.finished is null
	returning * into b;
	if not found then
		raise exception '%', format(case when exists (
			select from nightdrop.bundle o
			where o.id = bundle_dismiss.id
			    and o.finished is not null)
		    then 'bundle %s has ended: there is nothing to dismiss'
		    else 'there is no bundle %s' end, id)
		    using errcode = 'ND404',
		    hint = 'select id, queue, lines from nightdrop.bundle where finished is null';
	end if;
	for piece in 1 .. 10 loop
		n := nightdrop.bundle_end(b);
		exit when n = 0;
		ended := ended + n;
		select * into b from nightdrop.bundle o
		where o.id = bundle_dismiss.id;
	end loop;
	last := nightdrop.bundle_line(b.id, b.lines);
	select count(*) into running from nightdrop.running r
	where r.id > b.id and r.id <= last;
	insert into nightdrop.audit (verb, object, reason)
	values ('bundle_dismiss', 'bundle ' || id, reason);
	return format('bundle %s: of %s jobs %s are dismissed now, %s are in workers'' hands, who end them within two seconds%s',
	    id, b.lines, ended, running, case when n > 0
	    then '; call again for the rest, or leave it to the next run' else '' end);
end
$$;

comment on function nightdrop.bundle_dismiss(uuid, text) is
'Dismisses all jobs of a bundle, waiting or running: bundle_dismiss(''019a...'', ''why'').';
revoke all on function nightdrop.bundle_dismiss(uuid, text) from public;
grant execute on function nightdrop.bundle_dismiss(uuid, text) to nightdrop_dba;
