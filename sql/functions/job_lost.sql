-- job_lost(since, queues): jobs that are in none or two places.
--
-- Parameters: since, when the jobs were made, a moment; queues, null: all.
-- Returns:    a row for each such job; the view lost_job is all of them.
-- Errors:     none of its own.
-- Tables:     job, waiting, running, response, bundle.
--
-- One statement, so one snapshot: a job that is just moving is in one place.
-- A line that its bundle has not moved on yet is in line there; one of a bundle
-- that is not sealed is no job.  An answer of an earlier round is no place: that
-- job has a second life.
--
-- A run's close looks at all that came since the last one.  So each table is
-- read once, from that moment on: to look into them once a job costs thrice as
-- much.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_lost(since timestamptz, queues text[])
returns table (id uuid, queue text, accepted timestamptz, places text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_nestloop = off
set jit = off
set work_mem = '64MB'
as $$
#variable_conflict use_column
declare
	first constant uuid := nightdrop.uuid_floor(
	    greatest(since, '1970-01-01'));
begin
	return query
	select j.id, j.queue, j.accepted, case
	    when w.id is not null and r.id is not null
		then 'waiting and running'
	    when w.id is not null then 'waiting and final'
	    when r.id is not null then 'running and final'
	    else 'none' end
	from nightdrop.job j
	    left join nightdrop.waiting w on w.id = j.id and w.id >= first
	    left join nightdrop.running r on r.id = j.id and r.id >= first
	    left join nightdrop.bundle b on b.id = case when j.line is not null
		then (left(j.id::text, 28) || '00000000')::uuid end
		and b.id >= first -- as high as its lines, but for their numbers
	    left join nightdrop.response f on f.id = j.id and f.id >= first
		and f.round >= coalesce(w.round, r.round, f.round)
	where j.id >= first and (queues is null or j.queue = any (queues))
	    and (j.line is null or b.sealed is not null)
	    and (w.id is not null)::integer + (r.id is not null)::integer
	    + (f.id is not null)::integer
	    + coalesce(j.line > b.expanded and f.id is null, false)::integer <> 1;
end
$$;

comment on function nightdrop.job_lost(timestamptz, text[]) is
'Jobs made since a moment that are in none or two of waiting, running, final: must be empty.';
revoke all on function nightdrop.job_lost(timestamptz, text[]) from public;
grant execute on function nightdrop.job_lost(timestamptz, text[])
	to nightdrop_dba, nightdrop_monitor;
