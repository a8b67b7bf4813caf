-- setting_set(setting, value, reason): what this installation goes by.
--
-- Parameters: setting, time_zone (a name that PostgreSQL knows, as
--             Europe/Berlin) or day_starts (when a business day begins: an
--             interval after midnight, as 12:00); value; reason, in words,
--             required.
-- Returns:    what changed, in words.
-- Errors:     ND422 no reason, another setting, a value that is not allowed.
-- Tables:     setting, audit.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.setting_set(setting text, value text,
    reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	before text;
begin
	perform nightdrop.reason_check(reason);
	if setting = 'time_zone' then
		if not exists (select from pg_timezone_names z
		    where z.name = setting_set.value) then
			raise exception '% is not a time zone', value
			    using errcode = 'ND422',
			    hint = 'select name from pg_timezone_names';
		end if;
	elsif setting = 'day_starts' then
		begin
			if value::interval < '0' or value::interval >= '1 day' then
				raise invalid_parameter_value;
			end if;
		exception when data_exception then
			raise exception '% is not a time of the day, as 12:00',
			    value using errcode = 'ND422';
		end;
	else
		raise exception 'not a setting to be changed: %', setting
		    using errcode = 'ND422',
		    hint = 'the settings are time_zone, day_starts';
	end if;

	select s.value into before from nightdrop.setting s
	where s.name = setting for update;
	insert into nightdrop.setting as s (name, value)
	values (setting, setting_set.value)
	on conflict (name) do update set value = excluded.value;
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('setting_set', 'setting ' || setting, reason,
	    to_jsonb(before), to_jsonb(value));
	return format('setting %s is now %s (was %s); today is %s', setting,
	    value, coalesce(before, 'not set'),
	    nightdrop.business_date(clock_timestamp()));
end
$$;

comment on function nightdrop.setting_set(text, text, text) is
'Changes time_zone or day_starts: setting_set(''day_starts'', ''12:00'', ''the night belongs to the evening'').';
revoke all on function nightdrop.setting_set(text, text, text) from public;
grant execute on function nightdrop.setting_set(text, text, text)
	to nightdrop_dba;
