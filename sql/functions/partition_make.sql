-- partition_make(parent, month): one table's partition for one month.
--
-- Parameters: parent, a table of nightdrop partitioned by id; month, the first
--             moment of a month, UTC.
-- Returns:    words on what was done, or could not be; null: it was there.
-- Tables:     parent.
--
-- A table is made like the parent and then attached, because attaching does
-- not stop those who read and write the other partitions.  A lock that is not
-- had within 200 ms is left for the next upkeep: months are made long ahead.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.partition_make(parent text,
    month timestamptz)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
	child constant text := parent || to_char(month at time zone 'UTC',
	    '_YYYY_MM');
begin
	if to_regclass('nightdrop.' || child) is not null then
		return null;
	end if;
	execute format('create table nightdrop.%I'
	    ' (like nightdrop.%I including all)', child, parent);
	execute format('alter table nightdrop.%I attach partition nightdrop.%I'
	    ' for values from (%L) to (%L)', parent, child,
	    nightdrop.uuid_floor(month),
	    nightdrop.uuid_floor((month at time zone 'UTC'
		+ interval '1 month') at time zone 'UTC'));
	execute format('comment on table nightdrop.%I is %L', child,
	    format('The rows of %s accepted in %s (UTC).', parent,
	    to_char(month at time zone 'UTC', 'FMMonth YYYY')));
	return format('partition %s: made', child);
exception when lock_not_available then
	return format('partition %s: put off, the table is locked', child);
end
$$;

comment on function nightdrop.partition_make(text, timestamptz) is
'Internal: makes the partition of a table for a month.';
revoke all on function nightdrop.partition_make(text, timestamptz) from public;
