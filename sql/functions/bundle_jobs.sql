-- bundle_jobs(bundle, owner, capability, after, most): members of a bundle.
--
-- Parameters: bundle, its id; owner and capability as for job_visible; after,
--             the line behind which to begin; most, how many.
-- Returns:    a row a line, in their order: line, id, status as in job_read,
--             code and finished where it has ended.  Nothing of a bundle that
--             is not to be seen.
-- Tables:     bundle, job, running, response.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_jobs(bundle uuid, owner text,
    capability boolean, after integer, most integer)
returns table (line integer, id uuid, status text, code integer,
    finished timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
begin
	if nightdrop.bundle_visible(bundle_jobs.bundle, bundle_jobs.owner,
	    capability) <> 'ok' then
		return;
	end if;
	return query
	select j.line, j.id, case when r.started is not null then 'running'
	    else coalesce(f.outcome, 'accepted') end, f.status::integer,
	    f.finished
	from nightdrop.job j
	    left join nightdrop.running r on r.id = j.id
	    left join lateral nightdrop.bundle_outcome(j.id) f on true
	where j.id > nightdrop.bundle_line(bundle_jobs.bundle, after)
	    and j.id <= nightdrop.bundle_line(bundle_jobs.bundle, after + most)
	order by j.id;
end
$$;

comment on function nightdrop.bundle_jobs(uuid, text, boolean, integer, integer)
is 'Members of a bundle, by line.';
revoke all on function nightdrop.bundle_jobs(uuid, text, boolean, integer,
    integer) from public;
grant execute on function nightdrop.bundle_jobs(uuid, text, boolean, integer,
    integer) to nightdrop_responder;
