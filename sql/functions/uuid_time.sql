-- uuid_time(id): the moment in a UUIDv7.
--
-- Returns:  its first 48 bits as milliseconds since 1970; of another version
--           of UUID, whatever those bits say.
-- Tables:   none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.uuid_time(id uuid)
returns timestamptz
language sql immutable parallel safe
return to_timestamp(('x' || translate(left(id::text, 13), '-', ''))
    ::bit(48)::bigint / 1000.0);

comment on function nightdrop.uuid_time(uuid) is
'Internal: the moment in a UUIDv7.';
revoke all on function nightdrop.uuid_time(uuid) from public;
