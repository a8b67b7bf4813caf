-- Partitions: made ahead by upkeep, found by the id's time, pruned to one.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(15);

select is(nightdrop.uuid_floor('1970-01-01 00:00:00.001+00'),
    '00000000-0001-0000-0000-000000000000'::uuid, 'the floor of a millisecond');
select is(nightdrop.uuid_time('018bcfe5-6800-7abc-8def-0123456789ab'),
    '2023-11-14 22:13:20+00'::timestamptz, 'the time in an id');
select is(nightdrop.uuid_time(nightdrop.uuid_floor('2026-11-22 05:58:46.123+00')),
    '2026-11-22 05:58:46.123+00'::timestamptz, 'there and back');

create temp table month as
select to_char(date_trunc('month', now() at time zone 'UTC')
    + make_interval(months => m), '_YYYY_MM') as name
from generate_series(0, 3) m;
select is((select count(*) from month m,
    unnest(array['job', 'part', 'attempt', 'response']) t(parent)
    where to_regclass('nightdrop.' || t.parent || m.name) is not null)::integer,
    16, 'this month and three ahead');
select is_empty('select * from nightdrop.upkeep()', 'nothing left to do');
select is_empty($$select c.relname from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('nightdrop.job'::regclass, 'nightdrop.part'::regclass,
	'nightdrop.attempt'::regclass, 'nightdrop.response'::regclass)
	and pg_get_expr(c.relpartbound, c.oid) ~ 'DEFAULT'$$,
    'no DEFAULT partition');

-- Taken away, made again.
select 'job' || name as name from month order by name desc limit 1 \gset
drop table nightdrop.:name;
select is((select partitions_ahead from nightdrop.health()), 2,
    'health sees that one is missing');
select results_eq('select what from nightdrop.upkeep()',
    format($$values ('partition %s: made')$$, :'name'), 'made again');
select is((select partitions_ahead from nightdrop.health()), 3,
    'health sees it');
select is((select relkind::text || relpersistence::text from pg_class
    where oid = ('nightdrop.' || :'name')::regclass), 'rp', 'a plain table');
select is((select attstorage::text from pg_attribute
    where attrelid = ('nightdrop.' || :'name')::regclass and attname = 'body'),
    'e', 'with bodies stored as in the others');

-- The bounds are months in UTC, whatever the session thinks.
set local timezone = 'Pacific/Kiritimati';
select is((select count(*) from nightdrop.upkeep())::integer, 0,
    'the month does not depend on the time zone');
select is(nightdrop.partition_make('job', '2040-02-01 00:00:00+00'),
    'partition job_2040_02: made', 'February of a leap year');
select is((select pg_get_expr(relpartbound, oid) from pg_class
    where oid = 'nightdrop.job_2040_02'::regclass),
    format($$FOR VALUES FROM ('%s') TO ('%s')$$,
    nightdrop.uuid_floor('2040-02-01 00:00:00+00'),
    nightdrop.uuid_floor('2040-03-01 00:00:00+00')), 'has 29 days');

create function pg_temp.plan(id uuid) returns setof text language plpgsql as $$
begin
	return query execute format('explain (costs off)
	    select * from nightdrop.job where id = %L', id);
end
$$;
select is((select count(*) from pg_temp.plan(t.id()) p where p ~ 'on job_')::integer,
    1, 'a look-up goes to one partition');

select * from finish();
rollback;
