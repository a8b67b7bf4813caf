-- part_put(id, seq, data): a part of a body on its way in.
--
-- Parameters: id of the upload; seq, from 0; data, at most 256 KiB.
-- Returns:    false: there is no such upload (never was, aborted, expired).
-- Errors:     23514 no partition for the id's month.
-- Tables:     upload, part.
--
-- Idempotent by seq.  The upload's row is held, so that whoever ends the
-- upload waits for this part and then sees it.  The commit need not wait for
-- the disk: the flush of upload_finish covers what was written before, and
-- upload_finish counts the parts.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.part_put(id uuid, seq integer, data bytea)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	perform set_config('synchronous_commit', 'off', true);
	perform from nightdrop.upload u where u.id = part_put.id for key share;
	if not found then
		return false;
	end if;
	insert into nightdrop.part as p (id, holder, seq, data)
	values (part_put.id, 0, part_put.seq, part_put.data)
	on conflict on constraint part_pkey do update set data = excluded.data;
	return true;
end
$$;

comment on function nightdrop.part_put(uuid, integer, bytea) is
'Stores a part of a body on its way in.';
revoke all on function nightdrop.part_put(uuid, integer, bytea) from public;
grant execute on function nightdrop.part_put(uuid, integer, bytea)
	to nightdrop_responder;
