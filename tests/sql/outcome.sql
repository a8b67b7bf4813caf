-- turn: what becomes of a job, outcome by outcome (the table in batch.md).
--
-- SPDX-License-Identifier: ISC

begin;
select plan(48);

select t.queue('q', '{"max_attempts": 3, "max_continues": 1, "backoff": "1 minute", "backoff_max": "90 s", "retention": "2 days"}');
select t.queue('once', '{"max_attempts": 1}');
select t.accept('q') as ok, t.accept('q') as bad, t.accept('q') as try,
    t.accept('q') as more, t.accept('q') as stop, t.accept('q') as big,
    t.accept('once') as once, t.accept('q') as none \gset
select t.open() as w \gset

-- A claim has everything that is needed to run it.
create temp table claimed as select * from t.turn(:w, want => 100);
select is((select count(*) from claimed where kind = 'claim')::integer, 8,
    'all are claimed');
select results_eq($$select verdict, attempt, queue collate "default", request,
    type, size, digest, body, max_attempts, failures, lost, state,
    time_limit_ms, cpu_limit_s, memory_limit, max_output, request_fields,
    owner collate "default", due from claimed where id = '$$ || :'ok' || $$'$$,
    $$values (null::text, 1, 'q', '{}', 'text/plain', 4::bigint,
    sha256('body'), 'body'::bytea, 3, 0, false, null::bytea,
    3600000::bigint, null::integer, null::bigint, 1073741824::bigint, '[]',
    '', null::timestamptz)$$, 'a claim');
select is(t.place(:'ok'), 'reserved', 'reserved, not charged');
select is((select attempt from nightdrop.running where id = :'ok'), 0,
    'no attempt yet');
select is(t.counted('q'), 0::bigint, 'and counted out of the line');

create temp table started as select n.* from t.turn(:w,
    starts => (select array_agg(id) from claimed),
    attempts => array_fill(1, array[8])) n;
select is((select count(*) from started where kind = 'start'
    and verdict = 'ok')::integer, 8, 'all are started');
select is((select due - now() > interval '59 minutes' from started
    where id = :'ok'), true, 'with a deadline');
select is(t.place(:'ok'), 'running', 'running');
select is((select n.verdict from t.turn(:w, starts => array[:'ok'::uuid],
    attempts => '{1}') n), 'ok', 'a start that is recorded is ok again');
select is((select n.due from t.turn(:w, starts => array[:'ok'::uuid],
    attempts => '{1}') n), (select due from started where id = :'ok'),
    'with the deadline it had');
select is((select n.verdict from t.turn(:w, starts => array[:'ok'::uuid],
    attempts => '{2}') n), 'stale', 'not with another number');

-- Successful.
select is(t.finish(:w, :'ok', 1, 'successful', 201), 'recorded successful',
    'successful');
select is(t.place(:'ok'), 'successful 201 by handler', 'successful: final');
select results_eq(format($$select result, status::integer, reason, exit_code,
    signal, log, attempt, round from nightdrop.attempt where id = %L$$, :'ok'),
    $$values ('successful', 201, 'as 201', 0, null::integer, 'log'::bytea, 1,
    1)$$, 'successful: the attempt');
select is((select expires - finished from nightdrop.response where id = :'ok'),
    interval '2 days', 'kept as long as the queue says');
select is(t.finish(:w, :'ok', 1, 'failed', 500), 'recorded successful',
    'finished again: recorded as it was');
select is((select count(*) from nightdrop.attempt where id = :'ok')::integer, 1,
    'one row an attempt');

-- Failed.
select is(t.finish(:w, :'bad', 1, 'failed', 422), 'recorded failed', 'failed');
select is(t.place(:'bad'), 'failed 422 by handler', 'failed: final, no retry');

-- Tried again.
select is(t.finish(:w, :'try', 1, 'retry', 503), 'recorded waiting', 'retry');
select results_eq(format($$select attempt, failures, lost, again,
    not_before - now() between '53 s' and '67 s', position = not_before
    from nightdrop.waiting where id = %L$$, :'try'),
    $$values (1, 1, false, true, true, true)$$,
    'retry: after the back-off, give or take a tenth');
select is(t.counted('q'), 1::bigint, 'retry: in line again');
select results_eq(format('select kind, due from t.turn(%s, want => 5)', :w),
    format($$select 'idle', not_before from nightdrop.waiting where id = %L$$,
    :'try'), 'nothing to do until then');
update nightdrop.waiting set not_before = now(), position = now()
where id = :'try';
select is(t.start(:w, :'try', 2), 'ok', 'retry: the second attempt');
select is(t.finish(:w, :'try', 2, 'retry', 500), 'recorded waiting',
    'retry: again');
select ok((select not_before - now() between '80 s' and '100 s'
    from nightdrop.waiting where id = :'try'),
    'twice as long, but no longer than the longest');
update nightdrop.waiting set not_before = now(), position = now()
where id = :'try';
select t.start(:w, :'try', 3) \g /dev/null
select is(t.finish(:w, :'try', 3, 'retry', 504, '', 'nightdrop'),
    'recorded failed', 'retry: the last attempt');
select is(t.place(:'try'), 'failed 504 by nightdrop', 'with its own status');
select is(t.finish(:w, :'once', 1, 'retry', 429), 'recorded failed',
    'max_attempts 1: the first is the last');
select is((select result from nightdrop.attempt where id = :'once'), 'failed',
    'and its attempt says failed');

-- Continued in the next run.
select is(t.finish(:w, :'more', 1, 'continue', 202, 'page 2'),
    'recorded waiting', 'continue');
select results_eq(format($$select state, failures, continues, again, attempt,
    not_before from nightdrop.waiting where id = %L$$, :'more'),
    $$values ('page 2'::bytea, 0, 1, false, 1, '-infinity'::timestamptz)$$,
    'continue: with its state, not a failure');
select is_empty(format('select id from t.turn(%s, want => 5) where kind = ''claim''',
    :w), 'continue: not in this run');

-- A long answer, in parts.
select is(nightdrop.output_put(:w, t.token(:w), :'big', 1, 0, 'first'), true,
    'a part');
select is(nightdrop.output_put(:w, t.token(:w), :'big', 1, 0, 'First'), true,
    'a part again');
select is(nightdrop.output_put(:w, t.token(:w), :'big', 2, 0, 'x'), false,
    'not of another attempt');
select is(t.finish(:w, :'big', 1, 'successful', 200, null),
    'recorded successful', 'a long answer');
select results_eq(format('select body, holder, size from nightdrop.job_response(%L, '''', true)',
    :'big'), $$values (null::bytea, 1, 600::bigint)$$, 'is in parts');
select is(nightdrop.part_read(:'big', 1, 0), 'First', 'which are kept');
select is(nightdrop.output_put(:w, t.token(:w), :'big', 1, 1, 'x'), false,
    'and closed');

-- Dismissed while it ran.
select nightdrop.job_stop(:'stop', '', true);
select nightdrop.output_put(:w, t.token(:w), :'stop', 1, 0, 'x');
select is(t.finish(:w, :'stop', 1, 'retry', 503, null), 'recorded dismissed',
    'stopped: dismissed, not tried again');
select is(t.place(:'stop'), 'dismissed 410 by client', 'by whom');
select is(nightdrop.part_read(:'stop', 1, 0), null::bytea, 'without parts');

-- The rest goes back; then the next run continues what asked for it.
select is(nightdrop.give_back(:w, t.token(:w), array[:'none'::uuid], '{true}'),
    1::bigint, 'started, but no process came of it');
select results_eq(format('select attempt, failures, again from nightdrop.waiting where id = %L',
    :'none'), 'values (0, 0, false)', 'is not charged');
select is((select balanced from nightdrop.run_leave(:w, t.token(:w))), true,
    'in balance');
select t.open() as v \gset
select t.start(:v, :'more', 2) \g /dev/null
select is(t.finish(:v, :'more', 2, 'continue', 202, 'page 3'),
    'recorded failed', 'continued too often');
select is(t.place(:'more'), 'failed 508 by nightdrop', '508');

select * from finish();
rollback;
