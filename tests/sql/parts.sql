-- Long bodies: finding a byte without reading what lies before it.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(10);

select t.queue('q');
select t.accept('q') as j \gset
insert into nightdrop.part (id, holder, seq, data)
select :'j', 0, n, repeat('x', 262144)::bytea from generate_series(0, 63) n;
insert into nightdrop.part (id, holder, seq, data)
values (:'j', 0, 64, 'the last'), (:'j', 2, 0, 'a'), (:'j', 2, 1, 'bcd'),
    (:'j', 2, 2, 'ef');

prepare seek(integer, bigint) as
select seq, start from nightdrop.part_seek(:'j', $1, $2);
select results_eq('execute seek(0, 0)', 'values (0, 0::bigint)', 'the first');
select results_eq('execute seek(0, 262143)', 'values (0, 0::bigint)',
    'the last byte of the first');
select results_eq('execute seek(0, 262144)', 'values (1, 262144::bigint)',
    'the first of the second');
select results_eq('execute seek(0, 16777223)',
    'values (64, 16777216::bigint)', 'the last');
select is_empty('execute seek(0, 16777224)', 'none behind it');
select is_empty('execute seek(0, -1)', 'nor before the first');
select results_eq('execute seek(2, 3)', 'values (1, 1::bigint)',
    'parts of any length, of another holder');
select results_eq('execute seek(2, 4)', 'values (2, 4::bigint)', 'and so on');
select is_empty('execute seek(1, 0)', 'no such body');

create function pg_temp.pages() returns bigint language plpgsql as $$
declare
	plan json;
	j uuid := (select id from nightdrop.job);
begin
	execute format('explain (analyze, buffers, format json)
	    select * from nightdrop.part_seek(%L, 0, 16777223)', j) into plan;
	return (plan->0->'Plan'->>'Shared Hit Blocks')::bigint
	    + (plan->0->'Plan'->>'Shared Read Blocks')::bigint;
end
$$;
select pg_temp.pages() \g /dev/null
select cmp_ok(pg_temp.pages(), '<', 40::bigint,
    '16 MiB are not read to find the last byte');

select * from finish();
rollback;
