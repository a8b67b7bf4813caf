-- bundle_responses(bundle, owner, capability, after, most, max_bytes): the
-- answers of a bundle.
--
-- Parameters: bundle, owner, capability, after, most as for bundle_jobs;
--             max_bytes, of the bodies together, but one line at least.
-- Returns:    a row a line, in their order: line, id; and where it has ended
--             status, reason, outcome, by, fields, size, body (null: longer
--             than 64 KiB, or in parts), finished, and response_fields as in
--             job_response.
-- Tables:     bundle, job, queue, and those of bundle_outcome.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_responses(bundle uuid, owner text,
    capability boolean, after integer, most integer, max_bytes bigint)
returns table (line integer, id uuid, status integer, reason text,
    outcome text, by text, fields text, size bigint, body bytea,
    finished timestamptz, response_fields text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
begin
	if nightdrop.bundle_visible(bundle_responses.bundle,
	    bundle_responses.owner, capability) <> 'ok' then
		return;
	end if;
	return query
	select t.line, t.id, t.status::integer, t.reason, t.outcome, t.by,
	    t.fields::text, t.size, case when t.size <= 65536 then t.body end,
	    t.finished,
	    coalesce(array_to_json(q.response_fields)::text, '[]')
	from (
	    select j.line, j.id, j.queue, f.status, f.reason, f.outcome, f.by,
		f.fields, f.size, f.body, f.finished,
		sum(case when f.size <= 65536 then f.size else 0 end)
		    over (order by j.id) as total
	    from nightdrop.job j
		left join lateral nightdrop.bundle_outcome(j.id) f on true
	    where j.id > nightdrop.bundle_line(bundle_responses.bundle, after)
		and j.id <= nightdrop.bundle_line(bundle_responses.bundle,
		    after + most)) t
	    left join nightdrop.queue q on q.name = t.queue
	where t.total <= max_bytes or t.line = after + 1
	order by t.id;
end
$$;

comment on function nightdrop.bundle_responses(uuid, text, boolean, integer,
    integer, bigint) is 'The answers of a bundle, by line.';
revoke all on function nightdrop.bundle_responses(uuid, text, boolean, integer,
    integer, bigint) from public;
grant execute on function nightdrop.bundle_responses(uuid, text, boolean,
    integer, integer, bigint) to nightdrop_responder;
