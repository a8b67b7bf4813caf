-- upload_whole(u, parts, received): are these parts of an upload all here?
--
-- Parameters: u, the upload; parts and received, of all of it together.
-- Returns:    whether the parts behind those that u has already are here, with
--             the bytes that are missing there.
-- Tables:     part.
--
-- They were written without waiting for the disk: a server that has crashed
-- meanwhile has lost the latest, while their writer goes on behind the gap.
-- Others' parts cannot stand in for them: upload_take has swept those.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_whole(u nightdrop.upload,
    parts integer, received bigint)
returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select count(*) = upload_whole.parts - (u).parts
    and coalesce(sum(octet_length(p.data)), 0)
	= upload_whole.received - (u).received
from nightdrop.part p
where p.id = (u).id and p.holder = 0 and p.seq >= (u).parts
    and p.seq < upload_whole.parts
$$;

comment on function nightdrop.upload_whole(nightdrop.upload, integer, bigint) is
'Internal: whether parts that were written to an upload are all here.';
revoke all on function nightdrop.upload_whole(nightdrop.upload, integer,
    bigint) from public;
