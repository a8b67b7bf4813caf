-- The DBA's verbs: what they do, refuse and record.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(20);

select is(nightdrop.queue_create('r', 'new', '{"max_attempts": 5, "time_limit": "10 min", "media_types": ["text/csv"]}'),
    'queue r: created. Its handler is the file r in the handler directory of each batch host.',
    'created, in words');
select results_eq($$select max_attempts, time_limit, media_types, accepting, held
    from nightdrop.queue where name = 'r'$$,
    $$values (5, interval '10 min', '{text/csv}'::text[], true, false)$$,
    'with its settings');
select is((select count(*) from nightdrop.counter where queue = 'r')::integer, 16,
    'with its counters');
select is((select reach from nightdrop.queue_basis where queue = 'r'),
    interval '0', 'and its basis');
select throws_ok($$select nightdrop.queue_create('r', 'again')$$, 'ND409',
    'queue r exists', 'not twice');
select throws_ok($$select nightdrop.queue_create('R x', 'name')$$, '23514',
    null, 'not with any name');
select throws_ok($$select nightdrop.queue_create('s', '')$$, 'ND422',
    'a reason is required: it goes into nightdrop.audit', 'not without a reason');
select throws_ok($$select nightdrop.queue_create('s', null)$$, 'ND422', null,
    'nor with null');
select throws_ok($$select nightdrop.queue_create('s', 'x', '{"max_atempts": 1, "zap": 2}')$$,
    'ND422', 'not a setting of a queue: zap, max_atempts', 'not with any setting');
select throws_ok($$select nightdrop.queue_alter('r', '{"name": "s"}', 'x')$$,
    'ND422', 'not a setting of a queue: name', 'a queue keeps its name');
select throws_ok($$select nightdrop.queue_alter('r', '{"max_attempts": 0}', 'x')$$,
    '23514', null, 'not with any value');
select throws_ok($$select nightdrop.queue_alter('none', '{}', 'x')$$, 'ND404',
    'there is no queue none', 'not any queue');
select is(nightdrop.queue_alter('r', '{"max_attempts": 7, "held": false}', 'more'),
    'queue r: max_attempts is now 7 (was 5)', 'altered, in words');
select is(nightdrop.queue_alter('r', '{}', 'nothing'),
    'queue r: nothing to change', 'nothing to change');
select is(nightdrop.queue_hold('r', 'why'),
    'queue r: held is now true (was false)', 'held');
select is(nightdrop.queue_release('r', 'why'),
    'queue r: held is now false (was true)', 'released');
select is(nightdrop.queue_close('r', 'why'),
    'queue r: accepting is now false (was true)', 'closed');
select is(nightdrop.queue_open('r', 'why'),
    'queue r: accepting is now true (was false)', 'opened');
select results_eq($$select who collate "default", verb, object, reason,
    before->>'max_attempts', after->>'max_attempts' from nightdrop.audit
    where verb = 'queue_alter' order by at limit 1$$,
    $$values (session_user::text collate "default", 'queue_alter', 'queue r', 'more', '5', '7')$$,
    'who, what, why, before, after');
select is((select string_agg(verb, ' ' order by at) from nightdrop.audit),
    'queue_create queue_alter queue_alter queue_hold queue_release queue_close queue_open',
    'each is recorded');

select * from finish();
rollback;
