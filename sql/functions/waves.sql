-- waves(ahead, slots): how often all slots are used before a job's turn comes.
--
-- Parameters: ahead, jobs before it in the line; slots, at least 1.
-- Returns:    the number of waves.  Limited, or an absurd backlog would leave
--             the calendar.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.waves(ahead bigint, slots integer)
returns double precision
language sql immutable
return least(ahead / slots, 10000)::double precision;

comment on function nightdrop.waves(bigint, integer) is
'Internal: how often all slots are used before a job''s turn comes.';
revoke all on function nightdrop.waves(bigint, integer) from public;
