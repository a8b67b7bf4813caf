-- upload_append(id, writer, seq, data, keep): more bytes of an upload.
--
-- Parameters: writer, as given to upload_take or upload_create; seq, the number
--             of this part; data, at most 256 KiB; keep: the upload goes on
--             behind them, whatever becomes of this request.
-- Returns:    false: the upload is not this writer's any more.
-- Errors:     23514 no partition for the id's month.
-- Tables:     upload, part.
--
-- Without keep the part lies behind what the upload says it has, until
-- upload_keep or upload_complete; the next writer sweeps it.  The part with
-- the last byte is never kept here: an upload that has all its bytes is a job.
--
-- Idempotent by writer and seq.  The commit need not wait for the disk: the
-- flush of upload_keep or upload_complete covers what was written before.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_append(id uuid, writer uuid,
    seq integer, data bytea, keep boolean)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	perform set_config('synchronous_commit', 'off', true);
	-- Whoever takes or ends the upload waits for this part.
	perform from nightdrop.upload u
	where u.id = upload_append.id and u.writer = upload_append.writer
	for no key update;
	if not found then
		return false;
	end if;
	insert into nightdrop.part as p (id, holder, seq, data)
	values (upload_append.id, 0, upload_append.seq, upload_append.data)
	on conflict on constraint part_pkey do update set data = excluded.data;
	if keep then
		update nightdrop.upload u
		set received = u.received + octet_length(upload_append.data),
		    parts = upload_append.seq + 1
		where u.id = upload_append.id and u.parts = upload_append.seq
		    and u.received + octet_length(upload_append.data)
			< u.length;
	end if;
	return true;
end
$$;

comment on function nightdrop.upload_append(uuid, uuid, integer, bytea, boolean)
is 'Adds bytes to an upload.';
revoke all on function nightdrop.upload_append(uuid, uuid, integer, bytea,
    boolean) from public;
grant execute on function nightdrop.upload_append(uuid, uuid, integer, bytea,
    boolean) to nightdrop_responder;
