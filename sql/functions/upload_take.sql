-- upload_take(id, owner, capability, at, writer): a request is about to add
-- bytes to an upload.
--
-- Parameters: owner and capability as for job_visible; at, where its bytes go;
--             writer, made by the caller for this request.
-- Returns:    one row: verdict and columns of upload_read, and parts, the
--             number of its next part.  verdict offset: the upload is at
--             received, not at this offset.
-- Tables:     upload, part, and those of upload_read.
--
-- Whoever takes an upload takes it from whoever had it: a client that comes
-- again has lost its first connection, and the first request may not know it
-- yet.  Of two at the same offset one goes on.  What others left behind
-- received goes.  The commit need not wait for the disk: nothing is promised
-- yet, and should the server lose it, the writer is none any more.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_take(id uuid, owner text,
    capability boolean, at bigint, writer uuid)
returns table (verdict text, received bigint, length bigint, metadata text,
    expires timestamptz, parts integer)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	perform set_config('synchronous_commit', 'off', true);
	perform from nightdrop.upload u where u.id = upload_take.id
	for no key update;
	select r.* into verdict, received, length, metadata, expires
	from nightdrop.upload_read(upload_take.id, upload_take.owner,
	    capability) r;
	if verdict in ('ok', 'done') and received <> at then
		verdict := 'offset';
	elsif verdict = 'ok' then
		delete from nightdrop.part p
		using nightdrop.upload u
		where u.id = upload_take.id and p.id = upload_take.id
		    and p.holder = 0 and p.seq >= u.parts;
		update nightdrop.upload u
		set writer = upload_take.writer, expires = default
		where u.id = upload_take.id
		returning u.parts, u.expires into parts, expires;
	end if;
	return next;
end
$$;

comment on function nightdrop.upload_take(uuid, text, boolean, bigint, uuid) is
'Lets one request, and no other any more, add bytes to an upload.';
revoke all on function nightdrop.upload_take(uuid, text, boolean, bigint, uuid)
	from public;
grant execute on function nightdrop.upload_take(uuid, text, boolean, bigint,
    uuid) to nightdrop_responder;
