-- chunk_begin, job_in_hand, run_as: what the statement of a .sql handler is
-- given, as whom it runs, and what holds its jobs.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(29);

create role t_reports;
create role t_other;
select t.queue('q', '{"time_limit": "90 seconds"}'), t.queue('other'), t.queue('none');

-- The role.
select throws_like($$select nightdrop.queue_alter('q', '{"run_as": "nobody_such"}', 'x')$$,
    '%there is no role nobody_such: create role nobody_such', 'a role that is not');
select throws_like($$select nightdrop.queue_alter('q', '{"run_as": "t_reports"}', 'x')$$,
    '%grant nightdrop_handler to t_reports', 'one that sees nothing');
grant nightdrop_handler to t_reports, t_other;
select throws_like($$select nightdrop.queue_alter('q', '{"run_as": "t_reports"}', 'x')$$,
    '%grant t_reports to nightdrop_batch', 'one that the batch may not become');
grant t_reports to nightdrop_batch;
select matches(nightdrop.queue_alter('q', '{"run_as": "t_reports"}', 'x'),
    'run_as is now "t_reports"', 'one that will do');
select throws_ok(format($$select nightdrop.queue_alter('q', '{"run_as": "%s"}', 'x')$$,
    r), 'ND403', null, r || ' is refused')
from unnest(array['nightdrop_owner', 'nightdrop_batch', 'nightdrop_dba',
    'nightdrop_responder']) r;
select throws_like(format($$select nightdrop.queue_alter('q', '{"run_as": "%s"}', 'x')$$,
    current_user), '%is a superuser%', 'so is a superuser');
grant nightdrop_dba to t_other;
select throws_like($$select nightdrop.queue_alter('q', '{"run_as": "t_other"}', 'x')$$,
    '%is, or can become, nightdrop_dba%', 'and who can become one of ours');
select is(nightdrop.chunk_role('q'), 't_reports', 'chunk_role');
select throws_like($$select nightdrop.chunk_role('none')$$,
    '%queue_alter(''none'', ''{"run_as": "some_role"}'', ''why'')',
    'a queue without names the verb');
revoke nightdrop_handler from t_reports;
select throws_ok($$select nightdrop.chunk_role('q')$$, 'ND403', null,
    'what was granted and is no more is seen');
grant nightdrop_handler to t_reports;

-- A chunk.
select t.accept('q', 'alice', 'one') as one, t.accept('q', '', '') as empty,
    t.accept('q') as stopped, t.accept('q') as reserved,
    t.accept('other', '', 'secret') as other, t.accept('q') as long \gset
insert into nightdrop.part (id, holder, seq, data)
values (:'long', 0, 1, 'second'), (:'long', 0, 0, 'first '), (:'long', 1, 0, 'no');
update nightdrop.job set body = null, size = 12 where id = :'long';
select t.open() as w \gset
select set_eq(format('select id, body, request, size, attempt, max_attempts, queue collate "default" from t.turn(%s, want => 100, max_bytes => null)', :w),
    format($$values (%L::uuid, null::bytea, null, 3::bigint, 1, 3, 'q'), (%L, null, null, 0, 1, 3, 'q'),
	(%L, null, null, 4, 1, 3, 'q'), (%L, null, null, 4, 1, 3, 'q'),
	(%L, null, null, 6, 1, 3, 'other'), (%L, null, null, 4, 1, 3, 'q')$$,
	:'one', :'empty', :'stopped', :'reserved', :'other', :'long'),
    'a claim for statements has no bodies');
select n.id from t.turn(:w, starts => array[:'one', :'empty', :'stopped',
    :'other', :'long']::uuid[], attempts => '{1,1,1,1,1}') n \g /dev/null
select nightdrop.job_stop(:'stopped', '', true) \g /dev/null

select is_empty('select * from nightdrop.job_in_hand', 'no chunk, no job');
select throws_ok(format($$select * from nightdrop.chunk_begin(%s, gen_random_uuid(), 'q', '{}', '{}')$$,
    :w), 'ND401', null, 'another token');
select set_eq(format($$select id, verdict from nightdrop.chunk_begin(%s, %L, 'q',
	array[%L, %L, %L, %L, %L, %L]::uuid[], '{1, 1, 1, 1, 1, 1}')$$,
    :w, t.token(:w), :'one', :'empty', :'stopped', :'reserved', :'other', :'long'),
    format($$values (%L::uuid, 'ok'), (%L, 'ok'), (%L, 'ok'), (%L, 'stop')$$,
	:'one', :'empty', :'long', :'stopped'),
    'held: its own, started, of this queue; what is to be stopped is told');
select is(current_setting('statement_timeout'), '90s', 'the queue''s time limit');
set local role t_reports;
select results_eq('select owner collate "default", convert_from(body, ''UTF8'') collate "default", attempt, size,
	type, request->>''NONE'' from nightdrop.job_in_hand order by size',
    $$values ('', '', 1, 0::bigint, 'text/plain', null), ('alice', 'one', 1, 3, 'text/plain', null),
	('', 'first second', 1, 12, 'text/plain', null)$$,
    'the statement sees them, and only them, and whole bodies');
create function pg_temp.peek(body bytea) returns boolean language plpgsql
cost 0.0000001 as $$
begin
	if body = 'secret' then
		raise exception 'seen';
	end if;
	return true;
end
$$;
select lives_ok('select * from nightdrop.job_in_hand where pg_temp.peek(body)',
    'no function of its own sees others');
select throws_ok('select * from nightdrop.chunk', '42501', null, 'no table');
select throws_ok('select * from nightdrop.job', '42501', null, 'nor this one');
select throws_ok(format($$select * from nightdrop.chunk_begin(%s, %L, 'q', '{}', '{}')$$,
    :w, gen_random_uuid()), '42501', null, 'nor is it the batch');
reset role;
select is((select count(*) from t.turn(:w, array[
	t.ended(:'one', 1, 'successful'), t.ended(:'stopped', 1, 'successful')])
    where kind = 'finish' and type = 'dismissed')::integer, 1,
    'turn finishes them, and tells what was stopped');
select is(t.place(:'one'), 'successful 200 by handler', 'final');
select is((select count(*) from nightdrop.chunk_begin(:w, t.token(:w), 'q',
    array[:'one'::uuid], '{1}'))::integer, 0, 'and is not given out again');
select is((select count(*) from nightdrop.chunk_begin(:w, t.token(:w), 'q',
    array[:'long'::uuid], '{2}'))::integer, 0, 'nor is another attempt');
select t.expire(:w, '1 s');
select throws_ok(format($$select * from nightdrop.chunk_begin(%s, %L, 'q', '{}', '{}')$$,
    :w, t.token(:w)), 'ND401', null, 'not after the lease');

-- A made-up job.
select id as made from nightdrop.chunk_try('q', 'text/csv', 'a;b') \gset
set local role t_reports;
select results_eq(format('select type, body, queue collate "default", size from nightdrop.job_in_hand where id = %L', :'made'),
    $$values ('text/csv', 'a;b'::bytea, 'q', 3::bigint)$$, 'chunk_try shows one');
reset role;

select * from finish();
rollback;
