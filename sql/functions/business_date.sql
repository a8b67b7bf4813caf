-- business_date(at): the day that a moment belongs to, as the business counts.
--
-- Parameters: at, a moment.
-- Returns:    the date that it is by the clock on the wall in the setting
--             time_zone, which turned over when the clock showed day_starts
--             (not set: midnight).
-- Errors:     22023 time_zone is none that PostgreSQL knows.
-- Tables:     setting.
--
-- The night in which an hour comes twice has one date, both times; the one in
-- which an hour is missing has its own.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.business_date(at timestamptz)
returns date
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select ((at at time zone coalesce((select s.value from nightdrop.setting s
	where s.name = 'time_zone'), 'UTC'))
    - coalesce((select s.value::interval from nightdrop.setting s
	where s.name = 'day_starts'), '0'))::date
$$;

comment on function nightdrop.business_date(timestamptz) is
'The business day of a moment: its local date in the setting time_zone, less day_starts.';
revoke all on function nightdrop.business_date(timestamptz) from public;
grant execute on function nightdrop.business_date(timestamptz)
	to nightdrop_dba, nightdrop_monitor, nightdrop_handler;
