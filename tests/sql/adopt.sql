-- adopt: a copy of a database refuses to run, and becomes one of its own.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(30);

select t.queue('a');
select t.queue('b', '{"held": true}');
select t.accept('a') as a1, t.accept('a') as a2, t.accept('a') as a3,
    t.accept('b') as b1 \gset
select t.open('{a}') as w \gset
select is(t.start(:w, :'a1'), 'ok', 'one runs, two are reserved');
select is((select moved from nightdrop.hello()), false, 'at home');
select throws_ok('select nightdrop.adopt('''')', 'ND422', null,
    'not without a reason');
select throws_ok('select nightdrop.adopt(''x'')', 'ND409', null,
    'not while somebody works in it: no copy, or one of a moment ago');

-- Restored somewhere else, where transactions have small numbers.
update nightdrop.setting set value = '1/1' where name = 'place';
update nightdrop.waiting set since = '1000000000000';
update nightdrop.running set since = '1000000000000';
select value as instance from nightdrop.setting where name = 'instance' \gset
select nightdrop.secret() as secret \gset
select is((select moved from nightdrop.hello()), true, 'elsewhere');
create temp table o1 as select * from nightdrop.run_open('{b}', 1, 'h', 1, 'l',
    gen_random_uuid(), '{}');
select results_eq('select verdict, run from o1',
    $$values ('moved', null::bigint)$$, 'no run opens');
select is((select count(*) from nightdrop.run)::integer, 1, 'in fact');

create temp table said as select row_number() over () as n, l.line
from nightdrop.adopt('a test copy') l(line);
select matches((select line from said where n = 1),
    'queue a: 0 waiting, 3 were in hand; held now; first: \S+ \S+ \S+$',
    'what it would run again, and the first of them');
select matches((select line from said where n = 2),
    'queue b: 1 waiting, 0 were in hand; is held already; first: ' || :'b1',
    'a line a queue');
select matches((select line from said where n = 3), 'runs: 1 ', 'what was open');
select matches((select line from said where n = 4),
    'now .* \(was ' || :'instance' || '\)', 'what is new');
select matches((select line from said where n = 5), 'queue_release',
    'and what to do next');
select is((select bool_and(held) from nightdrop.queue), true, 'all are held');
select isnt((select value from nightdrop.setting where name = 'instance'),
    :'instance', 'an instance of its own');
select isnt(nightdrop.secret(), :'secret'::bytea, 'a secret of its own');
select is(octet_length(nightdrop.secret()), 32, 'a good one');
select is((select moved from nightdrop.hello()), false, 'at home again');
select results_eq($$select verb, reason, after ? 'secret' from nightdrop.audit
    where object ~ '^database '$$, $$values ('adopt', 'a test copy', false)$$,
    'audited, without the secret');
select is((select count(*) from nightdrop.audit where verb = 'queue_hold')::integer,
    1, 'so is the hold');
select is((select closed is not null and balanced and lost_workers = 1
    from nightdrop.run), true, 'the original''s run is closed, in balance');
select is((select count(*) from nightdrop.running)::integer, 0,
    'nothing is in hand');
select is((select failures from nightdrop.waiting where id = :'a1'), 1,
    'what had started was cut off');
select is((select failures from nightdrop.waiting where id = :'a2'), 0,
    'what had not is as it was');

-- And now it runs: the original's run was not this day's.
select nightdrop.queue_release('a', 'checked');
select worker as w2 from nightdrop.run_open('{a}', 4, 'h', 1, 'l',
    gen_random_uuid(), '{}', '{sure,daily}') \gset
select is((select count(*) from t.turn(:w2, want => 10) n
    where n.kind = 'claim')::integer, 3,
    'jobs of transactions that have not been here yet are taken');
select nightdrop.run_leave(:w2, t.token(:w2));

-- The original is gone.
update nightdrop.setting set value = '1/1' where name = 'place';
select value as instance from nightdrop.setting where name = 'instance' \gset
select nightdrop.secret() as secret \gset
create temp table moved as select * from nightdrop.adopt('pg_upgrade',
    moved => true, hold => false) l(line);
select is((select value from nightdrop.setting where name = 'instance'),
    :'instance', 'moved: the same instance');
select is(nightdrop.secret(), :'secret'::bytea, 'the same secret');
select is((select held from nightdrop.queue where name = 'a'), false,
    'not held where that is not wanted');
select is((select moved from nightdrop.hello()), false, 'and it runs');
select is((select count(*) from moved where line ~ 'queue_release')::integer, 0,
    'nothing is to be released');
select is((select count(*) from moved where line ~ 'must not run')::integer, 1,
    'but the original must not run');

select * from finish();
rollback;
