-- request_read(id, owner, capability): a submission as it was stored.
--
-- Parameters: id; owner and capability as for job_visible.
-- Returns:    one row: verdict ok, none or gone; type and encoding
--             (Content-Type and Content-Encoding as sent); accepted, size,
--             digest; body, null where it is in parts (part_read, holder 0);
--             expires, until when it is kept, null while it is not final.
-- Tables:     job, response, waiting, running, and those of job_visible.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.request_read(id uuid, owner text,
    capability boolean)
returns table (verdict text, type text, encoding text, accepted timestamptz,
    size bigint, digest bytea, body bytea, expires timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	verdict := nightdrop.job_visible(request_read.id, request_read.owner,
	    capability);
	if verdict <> 'ok' then
		return next;
		return;
	end if;
	return query
	select 'ok', j.type, j.request->>'HTTP_CONTENT_ENCODING', j.accepted,
	    j.size, j.digest, case when j.size = 0 then '' else j.body end,
	    (select f.expires from nightdrop.response f
		where f.id = j.id
		    and not exists (select from nightdrop.waiting w
			where w.id = j.id)
		    and not exists (select from nightdrop.running r
			where r.id = j.id)
		order by f.round desc limit 1)
	from nightdrop.job j where j.id = request_read.id;
end
$$;

comment on function nightdrop.request_read(uuid, text, boolean) is
'The submission of a job, as it was stored.';
revoke all on function nightdrop.request_read(uuid, text, boolean) from public;
grant execute on function nightdrop.request_read(uuid, text, boolean)
	to nightdrop_responder;
