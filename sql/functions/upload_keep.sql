-- upload_keep(id, writer, parts, received): bytes of an upload are here for good.
--
-- Parameters: writer, as given to upload_take or upload_create; parts and
--             received, of the whole upload; received is less than its length.
-- Returns:    when the upload will be forgotten; null: it is not this writer's
--             any more, or the server has lost some of the parts in a crash.
-- Errors:     none of its own.
-- Tables:     upload, part.
--
-- What an Upload-Offset promises: the commit is flushed, and with it the parts
-- written before.  Idempotent; the repeated call too has WAL to wait for.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_keep(id uuid, writer uuid,
    parts integer, received bigint)
returns timestamptz
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	until timestamptz;
begin
	perform nightdrop.durable();
	update nightdrop.upload u
	set parts = upload_keep.parts, received = upload_keep.received,
	    expires = default
	where u.id = upload_keep.id and u.writer = upload_keep.writer
	    and upload_keep.received < u.length
	    and nightdrop.upload_whole(u, upload_keep.parts,
		upload_keep.received)
	returning u.expires into until;
	return until;
end
$$;

comment on function nightdrop.upload_keep(uuid, uuid, integer, bigint) is
'Makes durable how far an upload has come.';
revoke all on function nightdrop.upload_keep(uuid, uuid, integer, bigint)
	from public;
grant execute on function nightdrop.upload_keep(uuid, uuid, integer, bigint)
	to nightdrop_responder;
