-- job_response(id, owner, capability): the deferred response of a job.
--
-- Parameters: id; owner and capability as for job_visible.
-- Returns:    one row: verdict ok, none, gone or unfinished.  With ok: status
--             and reason, outcome, by whom; fields, a JSON array of [name,
--             value]; size; body, null where it is in parts (part_read with
--             holder); finished, expires, attempt; response_fields, a JSON
--             array of the further names that the queue lets through.
-- Tables:     response, job, queue, and those of job_visible.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_response(id uuid, owner text,
    capability boolean)
returns table (verdict text, status integer, reason text, outcome text,
    by text, fields text, size bigint, body bytea, holder integer,
    finished timestamptz, expires timestamptz, attempt integer,
    response_fields text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	verdict := nightdrop.job_visible(job_response.id, job_response.owner,
	    capability);
	if verdict <> 'ok' then
		return next;
		return;
	end if;
	return query
	select 'ok', f.status::integer, f.reason, f.outcome, f.by,
	    f.fields::text, f.size, f.body, f.holder, f.finished, f.expires,
	    f.attempt,
	    coalesce(array_to_json(q.response_fields)::text, '[]')
	from nightdrop.response f
	    join nightdrop.job j on j.id = f.id
	    left join nightdrop.queue q on q.name = j.queue
	where f.id = job_response.id
	    and not exists (select from nightdrop.waiting w
		where w.id = job_response.id)
	    and not exists (select from nightdrop.running r
		where r.id = job_response.id)
	order by f.round desc limit 1;
	if not found then
		verdict := 'unfinished';
		return next;
	end if;
end
$$;

comment on function nightdrop.job_response(uuid, text, boolean) is
'The deferred response of a job, once it is final.';
revoke all on function nightdrop.job_response(uuid, text, boolean) from public;
grant execute on function nightdrop.job_response(uuid, text, boolean)
	to nightdrop_responder;
