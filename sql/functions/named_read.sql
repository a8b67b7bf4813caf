-- named_read(queue, owner, name): what a client's name stands for.
--
-- Parameters: queue, owner and name, as in named_accept; owner is the caller.
-- Returns:    one row: verdict waiting (then type, encoding, accepted, size,
--             digest and body as of request_read), taken (a run has had it: its
--             monitor tells the rest) or none; id, of the newest job that was
--             put under the name.
-- Tables:     named_job, job, waiting, and those of job_visible.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.named_read(queue text, owner text,
    name text)
returns table (verdict text, id uuid, type text, encoding text,
    accepted timestamptz, size bigint, digest bytea, body bytea)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	return query
	select case when w.id is null then 'taken' else 'waiting' end, j.id,
	    j.type, j.request->>'HTTP_CONTENT_ENCODING', j.accepted, j.size,
	    j.digest, case when w.id is null then null
		when j.size = 0 then '' else j.body end
	from nightdrop.named_job n
	    join nightdrop.job j on j.id = n.id
	    left join nightdrop.waiting w on w.id = n.id
	where n.queue = named_read.queue and n.owner = named_read.owner
	    and n.name = named_read.name
	    and nightdrop.job_visible(n.id, named_read.owner, true) = 'ok';
	if not found then
		verdict := 'none';
		return next;
	end if;
end
$$;

comment on function nightdrop.named_read(text, text, text) is
'What a client''s name stands for: the job that waits, or where it went.';
revoke all on function nightdrop.named_read(text, text, text) from public;
grant execute on function nightdrop.named_read(text, text, text)
	to nightdrop_responder;
