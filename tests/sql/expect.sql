-- run_expect(): a DBA tells when runs start.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(20);
select t.queue('a'), t.queue('b');
update nightdrop.setting set value = 'UTC' where name = 'time_zone';
create temp table said (text text);

select throws_ok($$select nightdrop.run_expect('x', '0 2 * * *', 'why')$$,
    'ND404', null, 'no such queue');
select throws_ok($$select nightdrop.run_expect('a', '0 2 * * *', ' ')$$,
    'ND422', null, 'no reason');
select throws_ok($$select nightdrop.run_expect('a', 'tomorrow night', 'why')$$,
    'ND422', null, 'neither a moment nor a schedule');
select throws_ok($$select nightdrop.run_expect('a', '2020-01-01 02:00', 'why')$$,
    'ND422', null, 'it has passed');
select throws_ok($$select nightdrop.run_expect('a', 'infinity', 'why')$$,
    'ND422', null, 'it never comes');
select throws_ok($$select nightdrop.run_expect('a', '0 0 30 feb *', 'why')$$,
    'ND422', null, 'it never starts');
select throws_ok($$select nightdrop.run_expect('a', '99 2 * * *', 'why')$$,
    'ND422', null, 'not a field of cron');

select version as v from nightdrop.queue_basis where queue = 'a' \gset
insert into said select nightdrop.run_expect('a', '0 2 * * *', 'new crontab');
select matches((select text from said),
    '^queue a: runs are expected as cron''s 0 2 \* \* \* in UTC; the next at 20\d\d-\d\d-\d\d 02:00:00 UTC$',
    'in words');
select is((select version from nightdrop.queue_basis where queue = 'a'),
    (:v + 1)::bigint, 'what monitors show has changed');
select results_eq($$select told, next_start, every, slack
    from nightdrop.queue_basis where queue = 'a'$$,
    $$select '0 2 * * *', s, interval '1 day', interval '1 minute'
    from unnest(array[date_trunc('day', now()) + interval '2 hours',
	date_trunc('day', now()) + interval '26 hours']) s
    where s > clock_timestamp() limit 1$$, 'the basis');
select is((select told from nightdrop.queue_basis where queue = 'b'), null,
    'of this queue alone');
select is((select next_start from nightdrop.queue_status where name = 'a'),
    (select next_start from nightdrop.queue_basis where queue = 'a'),
    'queue_status');
select results_eq($$select verb, object, reason, before, after
    from nightdrop.audit where verb = 'run_expect'$$,
    $$values ('run_expect', 'queue a', 'new crontab', '{"a": null}'::jsonb,
    '"0 2 * * *"'::jsonb)$$, 'audited');

-- It holds over runs, and from the first one on there are quotes.
select t.accept('a') as one \gset
select results_eq(format($$select quote_basis, quote_earliest, quote_latest
    from nightdrop.job where id = %L$$, :'one'),
    $$values ('no history: no job has been finished yet', null::timestamptz,
    null::timestamptz)$$, 'no duration is known yet: no times');
select t.open('{a}') as w \gset
select t.start(:w, :'one'), t.finish(:w, :'one', 1, 'successful') \g /dev/null
select nightdrop.run_leave(:w, t.token(:w)) \g /dev/null
select t.accept('a') as two \gset
select results_eq(format($$select quote_basis, quote_earliest =
    (select next_start from nightdrop.queue_basis where queue = 'a'),
    quote_latest - quote_earliest < interval '2 min'
    from nightdrop.job where id = %L$$, :'two'),
    $$values ('the last 1 runs, and a start that was told', true, true)$$,
    'the first quote, after one run');

-- A moment, for all queues; forgotten.
select matches(nightdrop.run_expect(null, '2090-01-01 03:00', 'once'),
    '^all 2 queues: runs are expected as told once, then as the past ones; the next at 2090-01-01 03:00:00 UTC$',
    'all queues');
select results_eq('select distinct next_start from nightdrop.queue_basis',
    $$values ('2090-01-01 03:00+00'::timestamptz)$$, 'the moment');
select is(nightdrop.run_expect('b', null, 'wrong'),
    'queue b: runs are expected as the past ones; the next at a time that is not known yet',
    'forgotten');
select is((select next_start from nightdrop.queue_basis where queue = 'b'),
    null, 'and not known any more');
select is((select count(*) from nightdrop.audit where verb = 'run_expect'),
    3::bigint, 'each of them is audited');

select * from finish();
rollback;
