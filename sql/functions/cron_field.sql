-- cron_field(field, low, high, names): the values that a field of cron stands
-- for.
--
-- Parameters: field, such as *, 5, 1-5, */15, mon-fri, 8,20; low and high, what
--             is allowed; names, that stand for low and what follows it.
-- Returns:    the values, in no order, maybe some twice.
-- Errors:     ND422 it is none.
-- Tables:     none.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.cron_field(field text, low integer,
    high integer, names text[] default '{}')
returns integer[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
	item text;
	part text[];
	first integer;
	last integer;
	step integer;
	found integer[] := '{}';
begin
	foreach item in array string_to_array(lower(field), ',') loop
		for i in 1 .. cardinality(names) loop
			item := replace(item, names[i], (low + i - 1)::text);
		end loop;
		part := regexp_match(item,
		    '^(\*|([0-9]{1,2})(-([0-9]{1,2}))?)(/([0-9]{1,2}))?$');
		first := coalesce(part[2]::integer, low);
		last := coalesce(part[4]::integer, case
		    when part[2] is null or part[6] is not null then high
		    else first end);
		step := coalesce(part[6]::integer, 1);
		if part is null or first < low or last > high or last < first
		    or step = 0 then
			raise exception '% is not a field of cron of % to %',
			    field, low, high using errcode = 'ND422',
			    hint = 'as *, 5, 1-5, */15 or 8,20';
		end if;
		found := found || array(select generate_series(first, last,
		    step));
	end loop;
	return found;
end
$$;

comment on function nightdrop.cron_field(text, integer, integer, text[]) is
'Internal: the values that a field of cron stands for.';
revoke all on function nightdrop.cron_field(text, integer, integer, text[])
	from public;
