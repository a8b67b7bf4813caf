-- uuid_floor(at): the smallest UUIDv7 of a moment, for ranges of ids.
--
-- Returns:  the 48 bits of milliseconds of `at`, then zeros: less than any id
--           made in that millisecond or later, greater than any made before.
-- Tables:   none.
--
-- Internal.  Not security definer and without settings, so that it is inlined;
-- for that too only immutable functions are used (extract from a timestamptz
-- is not).
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.uuid_floor(at timestamptz)
returns uuid
language sql immutable parallel safe
return rpad(lpad(to_hex(floor(extract(epoch from at at time zone 'UTC')
    * 1000)::bigint), 12, '0'), 32, '0')::uuid;

comment on function nightdrop.uuid_floor(timestamptz) is
'Internal: the smallest UUIDv7 of a moment.';
revoke all on function nightdrop.uuid_floor(timestamptz) from public;
