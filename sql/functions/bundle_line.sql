-- bundle_line(bundle, line): the id of a line's job.
--
-- Returns:  the bundle's id with the line's number in its last 32 bits.
-- Tables:   none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_line(bundle uuid, line integer)
returns uuid
language sql immutable parallel safe
return (left(bundle::text, 28) || lpad(to_hex(line), 8, '0'))::uuid;

comment on function nightdrop.bundle_line(uuid, integer) is
'Internal: the id of the job of a line.';
revoke all on function nightdrop.bundle_line(uuid, integer) from public;
