-- upload_create(id, queue, owner, request, type, length, writer): the beginning
-- of an upload that can be resumed.
--
-- Parameters: id, which the job will have; request, its CGI variables; type, its
--             Content-Type; length in bytes; writer, made by the caller: the
--             request that may add the first bytes.
-- Returns:    one row: verdict and limit_value of upload_open; expires, when
--             the upload will be forgotten.
-- Errors:     none of its own.
-- Tables:     those of upload_open.
--
-- Idempotent by id and writer.  Unlike upload_open it is a promise: the commit
-- is flushed, and the repeated call too has WAL to wait for.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_create(id uuid, queue text,
    owner text, request json, type text, length bigint, writer uuid)
returns table (verdict text, limit_value bigint, expires timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	waits constant text := current_setting('synchronous_commit');
begin
	select o.verdict, o.limit_value into verdict, limit_value
	from nightdrop.upload_open(upload_create.id, upload_create.queue,
	    upload_create.owner, upload_create.type, upload_create.length) o;
	perform set_config('synchronous_commit', waits, true);
	perform nightdrop.durable();
	if verdict = 'ok' then
		update nightdrop.upload u
		set length = upload_create.length, type = upload_create.type,
		    request = upload_create.request,
		    writer = upload_create.writer
		where u.id = upload_create.id
		returning u.expires into expires;
	end if;
	return next;
end
$$;

comment on function nightdrop.upload_create(uuid, text, text, json, text,
    bigint, uuid) is
'Begins an upload that can be resumed.';
revoke all on function nightdrop.upload_create(uuid, text, text, json, text,
    bigint, uuid) from public;
grant execute on function nightdrop.upload_create(uuid, text, text, json, text,
    bigint, uuid) to nightdrop_responder;
