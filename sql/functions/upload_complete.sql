-- upload_complete(id, writer, parts, digest): the last byte of an upload is
-- here: it becomes a job.
--
-- Parameters: writer, as given to upload_take or upload_create; parts, of the
--             whole upload; digest of the body, null where it came in pieces.
-- Returns:    one receipt, as upload_finish.  verdict none: the upload is not
--             this writer's any more, or there is none, or the server has lost
--             some of its parts in a crash.
-- Errors:     those of upload_finish.
-- Tables:     upload, part, then those of upload_finish; job.
--
-- A refusal ends the upload: one that stayed, with all its bytes and no job,
-- would look complete to its client.  Idempotent by writer: of two that had
-- other last bytes, only the one whose bytes the job has is told so.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_complete(id uuid, writer uuid,
    parts integer, digest bytea)
returns setof nightdrop.receipt
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	u nightdrop.upload;
	r nightdrop.receipt;
	mine boolean;
begin
	select * into u from nightdrop.upload o
	where o.id = upload_complete.id for update;
	if found then
		mine := u.writer = writer
		    and nightdrop.upload_whole(u, parts, u.length);
	else
		mine := exists (select from nightdrop.job j
		    where j.id = upload_complete.id
			and j.writer = upload_complete.writer);
	end if;
	if mine is not true then
		return next nightdrop.refusal(id, 'none');
		return;
	end if;
	select * into strict r from nightdrop.upload_finish(id, u.request,
	    u.type, u.length, digest, null);
	if u.id is not null and r.verdict = 'ok' then
		update nightdrop.job j set writer = upload_complete.writer
		where j.id = upload_complete.id;
	end if;
	return next r;
end
$$;

comment on function nightdrop.upload_complete(uuid, uuid, integer, bytea) is
'Turns an upload that was resumed, or could have been, into a job.';
revoke all on function nightdrop.upload_complete(uuid, uuid, integer, bytea)
	from public;
grant execute on function nightdrop.upload_complete(uuid, uuid, integer, bytea)
	to nightdrop_responder;
