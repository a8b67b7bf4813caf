-- upload_forget(id): an upload and its parts, gone.
--
-- Returns:  nothing.
-- Tables:   upload, part.
--
-- The caller holds the upload's row, or knows that there is none, and that no
-- job has this id.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_forget(id uuid)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	delete from nightdrop.upload u where u.id = upload_forget.id;
	delete from nightdrop.part p
	where p.id = upload_forget.id and p.holder = 0;
end
$$;

comment on function nightdrop.upload_forget(uuid) is
'Internal: deletes an upload and its parts.';
revoke all on function nightdrop.upload_forget(uuid) from public;
