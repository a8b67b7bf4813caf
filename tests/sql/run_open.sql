-- run_open, run_join, run_leave: scope, busy, resume, idempotence, the ledger.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(48);

select t.queue('a');
select t.queue('b');
select t.queue('c', '{"time_limit": "90 s", "held": true}');

select results_eq('select name collate "default", time_limit_ms, held from nightdrop.queue_scope(null)',
    $$values ('a', 3600000::bigint, false), ('b', 3600000, false),
    ('c', 90000, true)$$, 'scope: all');
select results_eq($$select name collate "default" from nightdrop.queue_scope('{b,x}')$$,
    $$values ('b')$$, 'scope: what exists');

select t.accept('a') as a1, t.accept('a') as a2, t.accept('b') as b1 \gset
select t.settle();

prepare open(text[], uuid, bigint[]) as
select * from nightdrop.run_open($1, 4, 'host', 42, '/run/lock', $2, $3);

select results_eq($$select verdict, busy from nightdrop.run_open('{a,x,y}', 1,
    'h', 1, 'l', gen_random_uuid(), '{}')$$,
    $$values ('no_queue', '{x,y}'::text[])$$, 'unknown names are named');
select gen_random_uuid() as t1, gen_random_uuid() as t2,
    gen_random_uuid() as t3, gen_random_uuid() as t4,
    gen_random_uuid() as t5 \gset

create temp table o1 as execute open('{a}', :'t1', '{}');
select results_eq('select verdict, queues, busy, lease_ms from o1',
    $$values ('opened', '{a}'::text[], '{}'::text[], 300000::bigint)$$, 'opened');
select run as r1, worker as w1 from o1 \gset
create temp table o1again as execute open('{a}', :'t1', '{}');
select is((select (verdict, run, worker, queues)::text from o1again),
    (select (verdict, run, worker, queues)::text from o1),
    'opened again with the same token: the same');
select is((select count(*) from nightdrop.worker)::integer, 1, 'one worker');
select is((select waiting_at_open from nightdrop.run), 2::bigint,
    'waiting at open');
select is((select version from nightdrop.queue_basis where queue = 'a'),
    1::bigint, 'the basis changed once');
select isnt((select opened from nightdrop.queue_basis where queue = 'a'), null,
    'and says that a run is open');

create temp table o2 as execute open('{a}', :'t2', '{}');
select results_eq($$select verdict, run, busy, busy_worker, busy_host, busy_lock
    from o2$$, format($$values ('busy', null::bigint, '{a}'::text[],
    array[%s]::bigint[], '{host}'::text[], '{/run/lock}'::text[])$$, :w1),
    'busy, and with whom');
select isnt((select busy_since from o2), null, 'and since when');
create temp table o3 as execute open(null, :'t2', '{}');
select results_eq('select verdict, queues, busy from o3',
    $$values ('opened', '{b,c}'::text[], '{a}'::text[])$$,
    'what is free is taken');
select worker as w2, run as r2 from o3 \gset

-- Joining.
select results_eq(format($$select verdict, run, queues
    from nightdrop.run_join(%s, 2, 'other', 7, '/l', %L, '{}')$$, :r1, :'t3'),
    format($$values ('joined', %s::bigint, '{a}'::text[])$$, :r1), 'joined');
select is((select count(*) from nightdrop.worker where run = :r1)::integer, 2,
    'two workers');
select is((select slots from nightdrop.run where id = :r1), 6, 'six slots');
select id as w3 from nightdrop.worker where token = :'t3' \gset
select is((select worker from nightdrop.run_join(:r1, 2, 'other', 7, '/l',
    :'t3', '{}')), :w3::bigint, 'joined again: the same');
select is((select verdict from nightdrop.run_join(999999, 1, 'h', 1, 'l',
    gen_random_uuid(), '{}')), 'closed', 'no such run');

-- Leaving.
select n.id from t.turn(:w1, want => 1) n;
select is((select count(*) from nightdrop.running)::integer, 1, 'one reserved');
select results_eq(format('select closed, run, taken, given_back, balanced from nightdrop.run_leave(%s, %L)',
    :w1, :'t1'), format($$values (false, %s::bigint, 1::bigint, 1::bigint,
    null::boolean)$$, :r1), 'the first to leave closes nothing');
select is((select count(*) from nightdrop.running)::integer, 0,
    'what it had reserved went back');
select is(t.counted('a'), 2::bigint, 'and is counted');
select t.accept('a') as late \gset
select is((select count(*) from t.turn(:w3, want => 10) n
    where n.kind = 'claim')::integer, 2,
    'what came after the cutoff is the next run''s');
select n.verdict = 'ok' from t.turn(:w3, starts => array[:'a1'::uuid, :'a2'],
    attempts => '{1,1}') n;
select set_eq(format('select type from t.turn(%s, array[t.ended(%L, 1, ''successful''), t.ended(%L, 1, ''failed'', 404)])',
    :w3, :'a1', :'a2'), $$values ('successful'), ('failed')$$, 'both end');
create temp table left3 as select * from nightdrop.run_leave(:w3, :'t3');
select results_eq('select closed, taken, successful, failed, dismissed, given_back, retried, waiting_at_open, left_waiting, accepted_since, balanced, trouble from left3',
    $$values (true, 3::bigint, 1::bigint, 1::bigint, 0::bigint, 1::bigint,
    0::bigint, 2::bigint, 1::bigint, 1::bigint, true, '{}'::text[])$$,
    'the last to leave closes: the ledger');
select is((select queues::jsonb from left3),
    '[{"queue": "a", "finished": 2, "successful": 1, "failed": 1,
    "dismissed": 0, "p50_ms": 0, "p95_ms": 0, "graded": 0, "hits": 0,
    "carried_over": null}]'::jsonb,
    'and the durations');
select is((select l::text from nightdrop.run_leave(:w3, :'t3') l),
    (select l::text from left3 l), 'left again: the same');
select is((select verdict from nightdrop.run_join(:r1, 1, 'h', 1, 'l',
    gen_random_uuid(), '{}')), 'closed', 'joining it: closed');
select is((select opened from nightdrop.queue_basis where queue = 'a'), null,
    'the basis says that none is open');
select is((select balanced from nightdrop.run_balance where run = :r1), true,
    'run_balance agrees');
select throws_ok(format('select nightdrop.lease_renew(%s, %L)', :w3, :'t3'),
    'ND401', null, 'no lease for those who left');
select throws_ok(format('select nightdrop.run_leave(%s, gen_random_uuid())', :w2),
    'ND401', null, 'nor for those with another token');

-- Resuming what nobody works on.
select n.kind from t.turn(:w2, want => 1) n;
create temp table o4 as execute open('{b}', :'t4', '{}');
select is((select verdict from o4), 'busy', 'its lease is alive');
select t.expire(:w2, '29 s');
create temp table o5 as execute open('{b}', :'t4', '{}');
select is((select verdict from o5), 'busy', 'and has a margin of 30 s');
create temp table o6 as select * from nightdrop.run_open('{a,b}', 8, 'host', 1,
    '/l', :'t4', array[:w2]::bigint[]);
select results_eq('select verdict, run, queues, busy from o6',
    format($$values ('resumed', %s::bigint, '{a,b,c}'::text[], '{}'::text[])$$,
    :r2), 'a free lock file is proof: the same run, and what is free');
select is((select resumed from nightdrop.run where id = :r2), 1,
    'the ledger says so');
select is((select count(*) from nightdrop.event where kind = 'run_resumed')::integer,
    1, 'so does an event');
select worker as w4 from o6 \gset
select results_eq(format('select * from nightdrop.recover(%s, %L, array[%s]::bigint[])',
    :w4, :'t4', :w2), $$values (1::bigint, 1::bigint, 0::bigint, 0::bigint)$$,
    'then its jobs are recovered');
select t.expire(:w4);
create temp table o7 as execute open('{b}', :'t5', '{}');
select is((select verdict from o7), 'resumed',
    'an old lease is proof as well');
select is((select closed from nightdrop.run_leave(
    (select worker from o7), :'t5')), true,
    'a dead worker does not keep a run open');
select is((select bool_and(balanced) from nightdrop.run_balance), true,
    'all in balance');
select is_empty('select * from nightdrop.lost_job', 'nothing is lost');

-- Two dead runs in the scope: one goes on, the other is closed.
select t.open('{a}') as x1 \gset
select n.kind from t.turn(:x1, want => 1) n;
select t.open('{b}') as x2 \gset
select t.expire(:x1), t.expire(:x2);
select run as r1 from nightdrop.worker where id = :x1 \gset
select run as r2 from nightdrop.worker where id = :x2 \gset
create function pg_temp.both() returns text language sql as $$
select concat_ws(' ', verdict, run, queues) from nightdrop.run_open('{a,b}',
    4, 'h', 1, 'l', gen_random_uuid(), '{}')
$$;
select is(pg_temp.both(), 'over ' || :r2, 'the younger is to be closed first');
select is(nightdrop.run_abandon(:r2, '{}'), true, 'it is');
select is(nightdrop.run_abandon(:r2, '{}'), false, 'once');
select results_eq(format('select balanced, abandoned from nightdrop.run
    where id = %s', :r2), 'values (true, true)', 'for dead');
select is(pg_temp.both(), format('resumed %s {a,b}', :r1),
    'the older is resumed, and has the queues of both');
select is(nightdrop.run_abandon(:r1, '{}'), false, 'and lives');
select results_eq(format('select closed is null, abandoned from nightdrop.run
    where id = %s', :r1), 'values (true, false)', 'so it stays open');

select * from finish();
rollback;
