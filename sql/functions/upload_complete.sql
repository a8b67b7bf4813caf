-- upload_complete(id, writer, parts, digest): the last byte of an upload is
-- here: it becomes a job.
--
-- Parameters: writer, as given to upload_take or upload_create; parts, of the
--             whole upload; digest of the body, null where it came in pieces.
-- Returns:    one receipt, as upload_finish.  verdict none: the upload is not
--             this writer's any more, or there is none, or the server has lost
--             some of its parts in a crash.
-- Errors:     those of upload_finish.
-- Tables:     upload, part, then those of upload_finish.
--
-- A refusal ends the upload: one that stayed, with all its bytes and no job,
-- would look complete to its client.  Idempotent, as upload_finish.
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
begin
	select * into u from nightdrop.upload o
	where o.id = upload_complete.id for update;
	if found and (u.writer is distinct from writer
	    or not nightdrop.upload_whole(u, parts, u.length)) then
		return next nightdrop.refusal(id, 'none');
		return;
	end if;
	return query select * from nightdrop.upload_finish(id, u.request,
	    u.type, u.length, digest, null);
end
$$;

comment on function nightdrop.upload_complete(uuid, uuid, integer, bytea) is
'Turns an upload that was resumed, or could have been, into a job.';
revoke all on function nightdrop.upload_complete(uuid, uuid, integer, bytea)
	from public;
grant execute on function nightdrop.upload_complete(uuid, uuid, integer, bytea)
	to nightdrop_responder;
