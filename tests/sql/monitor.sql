-- job_read, request_read, job_response, job_stop, queue_list, health, hello.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(53);

select t.queue('q', '{"response_fields": ["x-pages"], "description": "quick"}');
select t.accept('q', 'ann') as owned, t.accept('q') as free \gset

select is((select schema from nightdrop.hello()), 5, 'hello: schema');
select is((select read_only from nightdrop.hello()), false, 'hello: writable');
select is(octet_length(nightdrop.secret()), 32, 'the secret has 32 bytes');

-- Who sees what.
select is((select verdict from nightdrop.job_read(:'owned', 'ann', false)),
    'ok', 'its owner');
select is((select verdict from nightdrop.job_read(:'owned', 'bob', true)),
    'none', 'somebody else, even with the key');
select is((select verdict from nightdrop.job_read(:'owned', '', true)),
    'none', 'nobody with the key');
select is((select verdict from nightdrop.job_read(:'free', '', true)),
    'ok', 'ownerless with the key');
select is((select verdict from nightdrop.job_read(:'free', 'ann', true)),
    'ok', 'ownerless with the key, as somebody');
select is((select verdict from nightdrop.job_read(:'free', '', false)),
    'none', 'ownerless without');
select is((select verdict from nightdrop.job_read(t.id(), '', true)),
    'none', 'no such job');
select is((select verdict from nightdrop.job_read(t.id('2001-01-01'), '', true)),
    'gone', 'an id older than what is kept');
select is((select verdict from nightdrop.job_read(
    'ffffffff-ffff-7000-8000-000000000000', '', true)),
    'none', 'an id of a far year never was');
select is((select verdict from nightdrop.request_read(:'owned', 'bob', true)),
    'none', 'request: not theirs');
select is((select verdict from nightdrop.job_response(:'owned', 'bob', true)),
    'none', 'response: not theirs');
select is(nightdrop.job_stop(:'owned', 'bob', true), 'none', 'stop: not theirs');

-- A job's way, as the monitor shows it.
create temp table seen (n serial, verdict text, status text, attempt integer,
    version text, message text, outcome integer);
create function pg_temp.look(id uuid) returns void language sql as $$
insert into seen (verdict, status, attempt, version, message, outcome)
select verdict, status, attempt, version, message, outcome_status
from nightdrop.job_read(id, 'ann', true)
$$;
select pg_temp.look(:'owned');
select t.open() as w \gset
select pg_temp.look(:'owned');
select n.kind from t.turn(:w, want => 10) n;
select pg_temp.look(:'owned');
select is((select verdict from nightdrop.job_response(:'owned', 'ann', false)),
    'unfinished', 'response: unfinished');
select t.start(:w, :'owned') \g /dev/null
select pg_temp.look(:'owned');
select nightdrop.output_put(:w, t.token(:w), :'owned', 1, 0, 'part');
select t.finish(:w, :'owned', 1, 'retry', 503, null) \g /dev/null
select pg_temp.look(:'owned');
select is(nightdrop.part_read(:'owned', 1, 0), null::bytea,
    'the parts of an answer that nobody gets are gone');
update nightdrop.waiting set not_before = '2026-01-01 12:00:00+00',
    position = '2000-01-01' where id = :'owned';
select pg_temp.look(:'owned');
select t.start(:w, :'owned', 2) \g /dev/null
select nightdrop.job_stop(:'owned', 'ann', false) as stopping \gset
select is(:'stopping'::text, 'stopping', 'a running job is asked to stop');
select pg_temp.look(:'owned');
select results_eq($$select kind, id from t.turn($$ || :w || $$)$$,
    format($$values ('stop', %L::uuid)$$, :'owned'), 'its worker is told');
select is(t.finish(:w, :'owned', 2, 'successful'), 'recorded dismissed',
    'whatever it answered');
select pg_temp.look(:'owned');

select is((select string_agg(status || attempt, ' ' order by n) from seen),
    'accepted0 accepted0 accepted0 running1 accepted1 accepted1 running2 dismissed2',
    'status by status');
select is((select string_agg(version, ' ' order by n) from seen),
    'a1.0.0 a1.0.1 a1.0.1 r1.1.1 a1.1.1 a1.1.1 r1.2.1.client d1.2',
    'version by version');
select ok((select bool_and(version ~ '^[A-Za-z0-9._-]+$') from seen),
    'versions are fit for an ETag');
select is((select message from seen where n = 6),
    'attempt 1 ended with 503 as 503; next attempt not before 2026-01-01T12:00:00Z',
    'why it waits');
select is((select message from seen where n = 7),
    'being dismissed by the client', 'that it is being stopped');
select is((select message from seen where n = 8), null, 'final: nothing to add');

-- Stopping.
select is(nightdrop.job_stop(:'owned', 'ann', false), 'already',
    'dismissed before');
select is(t.start(:w, :'free'), 'ok', 'another one runs');
select is(t.finish(:w, :'free', 1, 'successful', 201), 'recorded successful',
    'and ends');
select is(nightdrop.job_stop(:'free', '', true), 'finished', 'too late to stop');
select t.accept('q') as waits \gset
select is(nightdrop.job_stop(:'waits', '', true), 'dismissed',
    'a waiting job is final at once');
select is(t.place(:'waits'), 'dismissed 410 by client', 'it is');
select is(t.counted('q'), 0::bigint, 'and is counted out');

-- The response.
select results_eq(format($$select verdict, status, reason, outcome, by, fields,
    size, body, holder, attempt, response_fields
    from nightdrop.job_response(%L, '', true)$$, :'free'),
    $$values ('ok', 201, 'as 201', 'successful', 'handler',
    '[["Content-Type","text/plain"]]', 6::bigint, 'answer'::bytea, 0, 1,
    '["x-pages"]')$$, 'the handler''s answer');
select results_eq(format($$select status, body, size, by, fields
    from nightdrop.job_response(%L, 'ann', false)$$, :'owned'),
    $$values (410, ''::bytea, 0::bigint, 'client', '[]')$$,
    'of a dismissed job it is ours');

-- Retention.
update nightdrop.response set expires = now() - interval '1 s'
where id = :'free';
select is((select verdict from nightdrop.job_read(:'free', '', true)), 'gone',
    'monitor: gone');
select is((select verdict from nightdrop.job_response(:'free', '', true)),
    'gone', 'response: gone');
select is((select verdict from nightdrop.request_read(:'free', '', true)),
    'gone', 'request: gone');
select is(nightdrop.job_stop(:'free', '', true), 'gone', 'stop: gone');

-- Lists.
select t.accept('q') as last \gset
select results_eq($$select name collate "default", description, reply, accepting, held,
    media_types, waiting, running, next_start, last_run is not null
    from nightdrop.queue_list()$$,
    $$values ('q', 'quick', 202, true, false, '[]', 1::bigint,
    0::bigint, null::timestamptz, true)$$, 'queue_list');
select is(nightdrop.job_stop(:'last', '', true), 'dismissed', 'empty again');
select results_eq('select waiting, late, oldest_waiting, read_only from nightdrop.health()',
    $$values (0::bigint, false, null::timestamptz, false)$$, 'health');
select is((select partitions_ahead from nightdrop.health()), 3,
    'health: partitions ahead');
select nightdrop.run_leave(:w, t.token(:w));
select t.accept('q') as old \gset
update nightdrop.queue_basis set runs = 2, every = '1 day',
    next_start = now() - interval '23 hours';
select is((select late from nightdrop.health()), false,
    'a run is not late within an interval');
update nightdrop.queue_basis set next_start = now() - interval '25 hours';
select is((select late from nightdrop.health()), true, 'beyond it is');
select is((select oldest_waiting from nightdrop.health()),
    (select accepted from nightdrop.job where id = :'old'), 'since when');
update nightdrop.queue set held = true;
select is((select late from nightdrop.health()), false, 'a held queue is not');
update nightdrop.queue set held = false;
select t.open() as w2 \gset
update nightdrop.queue_basis set next_start = now() - interval '25 hours';
select is((select late from nightdrop.health()), false,
    'nor one that is worked on');
update nightdrop.worker set lease = now() - interval '1 hour';
select results_eq($$select late, oldest_waiting = (select accepted from
    nightdrop.job where id = $$ || quote_literal(:'old') ||
    $$), last_end is not null, last_balanced from nightdrop.queue_status$$,
    'values (true, true, true, true)', 'but one whose batch died is');
select is((select unbalanced from nightdrop.health()), false, 'balanced');
update nightdrop.run set balanced = false where closed is not null;
select results_eq('select unbalanced, last_closed is not null
    from nightdrop.health()', 'values (true, true)', 'unbalanced is told');
select results_eq('select last_balanced from nightdrop.queue_status',
    'values (false)', 'in queue_status too');
set local role nightdrop_monitor;
select is((select count(*) from nightdrop.queue_status), 1::bigint,
    'which monitoring may read');
reset role;

select * from finish();
rollback;
