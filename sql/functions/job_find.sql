-- job_find(id): a job for a verb, wherever it is.
--
-- Parameters: id, of a job or, by mistake, of a bundle.
-- Returns:    its row.
-- Errors:     ND404 there is none; the hint says where to look.
-- Tables:     job, bundle.
--
-- A line of a bundle that is not sealed is not there for anybody.  The row of
-- the bundle of a line is held until the end of the transaction, so that the
-- line does not move on meanwhile: in the order of locks it comes first.
--
-- Internal: for the verbs on jobs, before anything else.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_find(id uuid)
returns nightdrop.job
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	j nightdrop.job;
	sealed timestamptz;
begin
	select * into j from nightdrop.job o where o.id = job_find.id;
	if j.line is not null then
		select b.sealed into sealed from nightdrop.bundle b
		where b.id = nightdrop.bundle_of(j.id, j.line) for update;
	end if;
	if j.id is null or j.line is not null and sealed is null then
		raise exception 'there is no job %', id using errcode = 'ND404',
		    hint = case when exists (select from nightdrop.bundle b
			where b.id = job_find.id)
		    then 'it is a bundle: its jobs are select id from nightdrop.job where id between ... order by id'
		    else 'select * from nightdrop.job_status where owner = ... order by id desc limit 20' end;
	end if;
	return j;
end
$$;

comment on function nightdrop.job_find(uuid) is
'Internal: the job that a verb is about, or why there is none.';
revoke all on function nightdrop.job_find(uuid) from public;
