-- turn, recover, give_back: the fence, the lease, and what recovery charges.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(47);

select t.queue('q', '{"max_attempts": 2, "backoff": "0"}');
select t.accept('q') as run1, t.accept('q') as res1, t.accept('q') as stop1,
    t.accept('q') as stop2, t.accept('q') as last1, t.accept('q') as zombie \gset
update nightdrop.waiting set failures = 1, attempt = 1 where id = :'last1';
select t.open() as w1 \gset
select run as r from nightdrop.worker where id = :w1 \gset
select worker as w2 from nightdrop.run_join(:r, 2, 'b', 2, '/l2',
    gen_random_uuid(), '{}') \gset

-- Token and lease.
select n.id from t.turn(:w1, want => 100) n;
create function pg_temp.call(worker bigint, token uuid, f uuid[], s uuid[],
    want integer) returns setof nightdrop.task language sql as $$
select * from nightdrop.turn(worker, token, f,
    array_fill(1, array[cardinality(f)]),
    array_fill('successful'::text, array[cardinality(f)]),
    array_fill(200, array[cardinality(f)]),
    array_fill('OK'::text, array[cardinality(f)]),
    array_fill('handler'::text, array[cardinality(f)]),
    array_fill('[]'::json, array[cardinality(f)]),
    array_fill(1::bigint, array[cardinality(f)]),
    array_fill('x'::bytea, array[cardinality(f)]),
    array_fill(0, array[cardinality(f)]),
    array_fill(null::integer, array[cardinality(f)]),
    array_fill(null::bytea, array[cardinality(f)]),
    array_fill(-1::bigint, array[cardinality(f)]),
    array_fill(now(), array[cardinality(f)]),
    array_fill(now(), array[cardinality(f)]),
    s, array_fill(1, array[cardinality(s)]), want, 1000000, '{}', '{}', '{}')
$$;
select throws_ok(format('select * from pg_temp.call(%s, gen_random_uuid(), ''{}'', ''{}'', 0)',
    :w1), 'ND401', null, 'turn: another token');
select throws_ok(format('select nightdrop.lease_renew(%s, gen_random_uuid())', :w1),
    'ND401', null, 'lease_renew: another token');
select throws_ok(format('select nightdrop.mine(%s, gen_random_uuid(), null)', :w1),
    'ND401', null, 'mine: another token');
select throws_ok(format('select nightdrop.give_back(%s, gen_random_uuid(), ''{}'', ''{}'')', :w1),
    'ND401', null, 'give_back: another token');
select throws_ok(format('select nightdrop.output_put(%s, gen_random_uuid(), %L, 1, 0, ''x'')', :w1, :'run1'),
    'ND401', null, 'output_put: another token');
select throws_ok(format('select nightdrop.recover(%s, gen_random_uuid(), null)', :w1),
    'ND401', null, 'recover: another token');
select is(nightdrop.lease_renew(:w1, t.token(:w1)), 300000::bigint, 'renewed');

-- Another worker's job is not mine to start, finish, give back, write to.
select is((select n.verdict from t.turn(:w2, starts => array[:'run1'::uuid],
    attempts => '{1}') n), 'stale', 'another''s job is not started');
select is(t.start(:w1, :'run1'), 'ok', 'its own worker starts it');
select is(t.finish(:w2, :'run1', 1, 'successful'), 'stale',
    'another''s job is not finished');
select is(nightdrop.give_back(:w2, t.token(:w2), array[:'run1'::uuid], '{true}'),
    0::bigint, 'nor given back');
select is(nightdrop.output_put(:w2, t.token(:w2), :'run1', 1, 0, 'x'), false,
    'nor written to');
select is(t.finish(:w1, :'run1', 2, 'successful'), 'stale',
    'nor is another attempt finished');
select is(t.finish(:w1, :'res1', 1, 'successful'), 'stale',
    'nor one that has not started');
select is((select count(*) from nightdrop.event where kind = 'stale_finish')::integer,
    3, 'each is noted');
select is((select count(*) from nightdrop.attempt)::integer, 0,
    'and nothing recorded');

-- A lease that ran out.
select t.start(:w1, :'zombie') \g /dev/null
select t.start(:w1, :'last1', 2) \g /dev/null
select t.start(:w1, :'stop1') \g /dev/null
select is(nightdrop.job_stop(:'stop1', '', true), 'stopping', 'running: asked');
select is(nightdrop.job_stop(:'stop2', '', true), 'stopping', 'reserved: asked');
select t.expire(:w1, '1 s');
select throws_ok(format('select * from t.turn(%s, want => 1)', :w1), 'ND401',
    null, 'no claim');
select throws_ok(format('select * from t.turn(%s, starts => array[%L]::uuid[], attempts => ''{1}'')',
    :w1, :'res1'), 'ND401', null, 'no start');
select throws_ok(format('select nightdrop.lease_renew(%s, %L)', :w1, t.token(:w1)),
    'ND401', null, 'no renewal');
select is(t.finish(:w1, :'zombie', 1, 'successful'), 'recorded successful',
    'but what it finished is recorded while it is its own');
select results_eq(format('select * from nightdrop.recover(%s, %L, null)', :w2,
    t.token(:w2)), 'values (0::bigint, 0::bigint, 0::bigint, 0::bigint)',
    'within the margin nobody takes its jobs');

-- Recovery.
select nightdrop.output_put(:w1, t.token(:w1), :'run1', 1, 0, 'half');
select results_eq(format('select * from nightdrop.recover(%s, %L, array[%s]::bigint[])',
    :w2, t.token(:w2), :w1),
    'values (1::bigint, 1::bigint, 1::bigint, 1::bigint)', 'proven: recovered');
select results_eq(format('select attempt, failures, lost, again, state from nightdrop.waiting where id = %L',
    :'res1'), 'values (0, 0, false, false, null::bytea)',
    'reserved: back, not charged');
select results_eq(format('select attempt, failures, lost, again from nightdrop.waiting where id = %L',
    :'run1'), 'values (1, 1, true, true)', 'started: back, charged, lost');
select is(nightdrop.part_read(:'run1', 1, 0), null::bytea,
    'without the parts of its answer');
select is(t.place(:'last1'), 'failed 502 by nightdrop', 'the last attempt: failed');
select is(t.place(:'stop1'), 'dismissed 410 by client', 'stopped while running');
select is(t.place(:'stop2'), 'dismissed 410 by client', 'stopped while reserved');
select is((select count(*) from nightdrop.attempt where result = 'lost')::integer,
    3, 'a row for each attempt that was lost');
select is((select count(*) from nightdrop.event where kind = 'job_lost')::integer,
    3, 'and an event');
select is((select lost from nightdrop.worker where id = :w1), true,
    'the worker is lost');
select is((select lost_workers from nightdrop.run where id = :r), 1,
    'the ledger counts it');
select is(t.counted('q'), 2::bigint, 'the line is counted');
select results_eq(format('select * from nightdrop.recover(%s, %L, array[%s]::bigint[])',
    :w2, t.token(:w2), :w1),
    'values (0::bigint, 0::bigint, 0::bigint, 0::bigint)', 'nothing is left');

-- The zombie comes back.
select is(t.finish(:w1, :'run1', 1, 'successful'), 'stale',
    'its late result is refused');
select is(nightdrop.output_put(:w1, t.token(:w1), :'run1', 1, 0, 'x'), false,
    'so is its output');
select is_empty(format('select * from nightdrop.mine(%s, %L, null)', :w1,
    t.token(:w1)), 'it has nothing reserved');
select throws_ok(format('select * from t.turn(%s, want => 1)', :w1), 'ND401',
    null, 'and gets nothing more');
select is((select balanced from nightdrop.run_balance where run = :r), true,
    'the open run is in balance');

-- The other worker runs it, and only its result counts.
select is((select count(*) from t.turn(:w2, want => 10) n
    where n.kind = 'claim' and n.lost)::integer, 1,
    'the lost one is claimed, and marked');
select is(t.start(:w2, :'run1', 2), 'ok', 'second attempt');
select is(t.finish(:w1, :'run1', 2, 'successful'), 'stale',
    'the zombie does not finish that either');
select is(t.finish(:w2, :'run1', 2, 'retry', 500), 'recorded failed',
    'a lost attempt counts as a failure');
select is((select balanced from nightdrop.run_leave(:w2, t.token(:w2))), true,
    'in balance');
select is_empty('select * from nightdrop.lost_job', 'nothing is lost');

select * from finish();
rollback;
