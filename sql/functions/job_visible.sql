-- job_visible(id, owner, capability): may this caller see this job?
--
-- Parameters: owner, the caller, '' where nobody has been authenticated;
--             capability, whether the caller's URL had the right key.
-- Returns:    ok; none (there is none, or it is not theirs: never told apart);
--             gone (it is final and past its retention, or the time in the id
--             lies before the oldest month that is kept).
-- Tables:     job, bundle, waiting, running, response; the catalogue's partitions.
--
-- A job with an owner is seen by that owner alone, one without by whoever has
-- its URL.  A line of a bundle is not there before the bundle is sealed.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_visible(id uuid, owner text,
    capability boolean)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	whose text;
	line integer;
	until timestamptz;
	oldest text;
begin
	select j.owner, j.line into whose, line from nightdrop.job j
	where j.id = job_visible.id;
	if not found then
		select min(c.relname) into oldest
		from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'nightdrop.job'::regclass;
		return case when substr(id::text, 15, 1) = '7'
		    and nightdrop.uuid_time(id) at time zone 'UTC'
			< to_date(oldest, '"job_"YYYY_MM')
		    then 'gone' else 'none' end;
	end if;
	if whose <> '' and whose <> owner or whose = '' and not capability then
		return 'none';
	end if;
	if line is not null and not exists (select from nightdrop.bundle b
	    where b.id = nightdrop.bundle_of(job_visible.id, line)
	    and b.sealed is not null) then
		return 'none';
	end if;
	select f.expires into until from nightdrop.response f
	where f.id = job_visible.id
	    and not exists (select from nightdrop.waiting w
		where w.id = job_visible.id)
	    and not exists (select from nightdrop.running r
		where r.id = job_visible.id)
	order by f.round desc limit 1;
	return case when until < now() then 'gone' else 'ok' end;
end
$$;

comment on function nightdrop.job_visible(uuid, text, boolean) is
'Internal: ok, none or gone, for a caller and a job.';
revoke all on function nightdrop.job_visible(uuid, text, boolean) from public;
