-- window_end(at, until): when a window closes that opens at some moment.
--
-- Parameters: at, when it opens; until, a time of the day by the clock on the
--             wall in the setting time_zone, as 06:00, or how long it is, as
--             2 hours; null: there is no window.
-- Returns:    the moment; null: never.
-- Errors:     ND422 until is neither, or not after at; 22023 time_zone is none
--             that PostgreSQL knows.
-- Tables:     setting.
--
-- Of a time of the day: the first minute after at in which that clock comes to
-- show it, or to have passed it.  So where the hour is missing, 02:30 is when
-- the clock jumps from 02:00 to 03:00; where the hour is twice, it is the next
-- of both.  As in business_date, it is when the day turns over that begins
-- then.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.window_end(at timestamptz, until text)
returns timestamptz
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	zone constant text := coalesce((select s.value
	    from nightdrop.setting s where s.name = 'time_zone'), 'UTC');
	minute constant interval := interval '1 minute';
	clock time;
	length interval;
	ends timestamptz;
begin
	if until is null then
		return null;
	end if;
	begin
		if until ~ '^[0-9]{1,2}:[0-9]{2}$' then
			clock := until::time;
		else
			length := until::interval;
		end if;
	exception when data_exception then
		null; -- neither: said below
	end;
	if clock is not null then
		select m into ends
		from generate_series(date_trunc('minute', at) + minute,
		    at + 48 * interval '1 hour', minute) m
		where (m at time zone zone - clock)::date
		    > ((m - minute) at time zone zone - clock)::date
		order by m limit 1;
	elsif length <= interval '366 days' then
		ends := at + make_interval(secs => extract(epoch from length)
		    ::double precision);
	end if;
	if ends is null or ends <= at then
		raise exception '% is no end of a window', until
		    using errcode = 'ND422',
		    hint = 'a time of the day, as 06:00, or a duration, as 2h';
	end if;
	return ends;
end
$$;

comment on function nightdrop.window_end(timestamptz, text) is
'When a window closes that opens at some moment: window_end(now(), ''06:00''), by the setting time_zone, or a duration.';
revoke all on function nightdrop.window_end(timestamptz, text) from public;
grant execute on function nightdrop.window_end(timestamptz, text)
	to nightdrop_dba;
