-- cron_starts(schedule, after, zone): when cron would start.
--
-- Parameters: schedule, five fields as in a crontab: minute, hour, day of the
--             month, month, day of the week (0 and 7: Sunday); after, a moment;
--             zone, whose clock on the wall is meant.
-- Returns:    the next sixteen starts after it, fewer where five years have
--             fewer, in order.
-- Errors:     ND422 it is no such schedule.
-- Tables:     none.
--
-- As cron does, a day will do if either of its two fields says so, unless one
-- of them begins with *.  An hour that the clock leaves out comes one later.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.cron_starts(schedule text,
    after timestamptz, zone text)
returns timestamptz[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	f constant text[] := regexp_split_to_array(btrim(schedule), '\s+');
	minutes constant integer[] := nightdrop.cron_field(f[1], 0, 59);
	hours constant integer[] := nightdrop.cron_field(f[2], 0, 23);
	days constant integer[] := nightdrop.cron_field(f[3], 1, 31);
	months constant integer[] := nightdrop.cron_field(f[4], 1, 12,
	    '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
	weekdays constant integer[] := nightdrop.cron_field(f[5], 0, 7,
	    '{sun,mon,tue,wed,thu,fri,sat}');
	either constant boolean := f[3] !~ '^\*' and f[5] !~ '^\*';
	day timestamp := date_trunc('day', after at time zone zone);
	starts timestamptz[] := '{}';
	on_day boolean;
	on_weekday boolean;
begin
	for i in 1 .. 1827 loop
		on_day := extract(day from day) = any (days);
		on_weekday := extract(dow from day) = any (weekdays)
		    or extract(isodow from day) = any (weekdays);
		if extract(month from day) = any (months)
		    and (case when either then on_day or on_weekday
		    else on_day and on_weekday end) then
			starts := starts || array(
			    select distinct s.at
			    from unnest(hours) h, unnest(minutes) m,
				lateral (select (day + make_interval(
				hours => h, mins => m)) at time zone zone
				as at) s
			    where s.at > after order by s.at);
		end if;
		exit when cardinality(starts) >= 16;
		day := day + interval '1 day';
	end loop;
	return starts[:16];
end
$$;

comment on function nightdrop.cron_starts(text, timestamptz, text) is
'Internal: the next starts of a line of a crontab.';
revoke all on function nightdrop.cron_starts(text, timestamptz, text)
	from public;
