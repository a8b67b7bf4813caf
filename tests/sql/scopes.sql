-- run_open with ways: whom a run waits for, whom it takes over, and for which
-- day.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(53);

select t.queue('a');
select t.queue('b');
select t.queue('c');

-- As a batch does: what is over is closed, and then it asks again.
create function pg_temp.open(scope text[], ways text[] default '{sure}',
    proven bigint[] default '{}', lease_s integer default 300)
returns table (verdict text, run bigint, worker bigint, queues text[],
    busy text[], lease_ms bigint, busy_worker bigint[], business_date text)
language plpgsql as $$
declare
	o record;
begin
	loop
		select * into strict o from nightdrop.run_open(scope, 4,
		    'host', 42, '/run/other', gen_random_uuid(), proven, ways,
		    lease_s);
		exit when o.verdict <> 'over';
		perform nightdrop.run_abandon(o.run, proven);
	end loop;
	return query select o.verdict, o.run, o.worker, o.queues, o.busy,
	    o.lease_ms, o.busy_worker, o.business_date;
end
$$;
create function pg_temp.leave(worker bigint) returns boolean language sql as
$$ select closed from nightdrop.run_leave(worker, t.token(worker)) $$;
create function pg_temp.claim(worker bigint) returns bigint language sql as
$$ select count(*) from t.turn(worker, want => 10) n where n.kind = 'claim' $$;

-- A dead run that has a part of the scope.
select t.accept('a') as a1, t.accept('a') as a2, t.accept('b') as b1 \gset
select t.open('{a}') as w1 \gset
select run as r1 from nightdrop.worker where id = :w1 \gset
select is(t.start(:w1, :'a1'), 'ok', 'one runs, one is reserved');

create temp table o1 as select * from pg_temp.open(null, '{}');
select is((select verdict from o1), 'busy',
    'before it is sure, it only says who is in the way');
select is((select busy_worker from o1), array[:w1]::bigint[], 'by name');
select is((select count(*) from nightdrop.run)::integer, 1, 'and does nothing');
create temp table o2 as select * from pg_temp.open(null, '{sure}',
    array[:w1]::bigint[]);
select results_eq('select verdict, run, queues, busy from o2',
    format($$values ('resumed', %s::bigint, '{a,b,c}'::text[], '{}'::text[])$$,
    :r1), 'proven dead: its run goes on, and gets what is free');
select worker as w2 from o2 \gset
select results_eq(format('select requeued, charged from nightdrop.recover(%s, t.token(%s), array[%s]::bigint[])',
    :w2, :w2, :w1), 'values (1::bigint, 1::bigint)', 'its jobs are recovered');
select is(pg_temp.leave(:w2), true, 'closed');
select is(t.place(:'a1') || ' ' || t.place(:'a2') || ' ' || t.place(:'b1'),
    'waiting waiting waiting', 'all are in the line');

-- Of a wider dead run, a narrow batch does what is its own.
delete from nightdrop.waiting;
select t.accept('a') as a3, t.accept('b') as b3 \gset
select t.open('{a,b}') as w3 \gset
select run as r3 from nightdrop.worker where id = :w3 \gset
select pg_temp.claim(:w3) as n \gset
select t.expire(:w3, '1 min');
create temp table o3 as select * from pg_temp.open('{b}');
select results_eq('select verdict, run, queues from o3',
    format($$values ('resumed', %s::bigint, '{a,b}'::text[])$$, :r3),
    'resumed by a batch for one of its queues');
select worker as w4 from o3 \gset
select is((select requeued from nightdrop.recover(:w4, t.token(:w4), '{}')),
    2::bigint, 'what it had of the other is recovered as well');
select results_eq(format($$select queue collate "default"
    from t.turn(%s, want => 10)$$, :w4), $$values ('b')$$,
    'but not taken by a worker that did not come for it');
select nightdrop.give_back(:w4, t.token(:w4), array[:'b3'::uuid], '{false}');
update nightdrop.waiting set again = true, not_before = now() + interval '1 min'
where id = :'a3';
select is((select due from t.turn(:w4, want => 10, after => 'b',
    after_position => 'infinity', after_id => :'b3') where kind = 'idle'), null,
    'nor waited for');
select is(pg_temp.leave(:w4), true, 'closed');
delete from nightdrop.waiting;

-- Joining.
select t.open('{a,b}') as w5 \gset
select run as r5 from nightdrop.worker where id = :w5 \gset
select is((select verdict from pg_temp.open('{a}', '{join}')), 'busy',
    'joining too, who is in the way comes first');
create temp table o5 as select * from pg_temp.open('{b,c}', '{sure,join}');
select results_eq('select verdict, run, queues from o5',
    format($$values ('joined', %s::bigint, '{a,b}'::text[])$$, :r5),
    'it joins rather than to open a run of its own');
select is((select slots from nightdrop.run where id = :r5), 8, 'slots add up');
select worker as w6 from o5 \gset
select is((select queues from nightdrop.worker where id = :w6),
    '{b,c}'::text[], 'for its own queues');
select is(pg_temp.leave(:w5), false, 'the first leaves');
select is(pg_temp.leave(:w6), true, 'the last one closes it');
create temp table o7 as select * from pg_temp.open('{a}', '{join}');
select is((select verdict from o7), 'opened', 'nothing to join: it opens one');
select worker as w7 from o7 \gset
select t.expire(:w7, '1 min');
select is((select verdict from pg_temp.open('{a}', '{join}')), 'resumed',
    'a dead run is not joined, but resumed');
select pg_temp.leave(max(id)) from nightdrop.worker;

select t.open('{a}') as y1 \gset
select t.open('{b}') as y2 \gset
select t.expire(:y2);
create temp table o11 as select * from pg_temp.open(null, '{sure,join}');
select results_eq('select verdict, queues from o11',
    $$values ('resumed', '{b,c}'::text[])$$,
    'one that died comes before one that needs no help');
select is(pg_temp.leave((select worker from o11)), true, 'closed');
select pg_temp.leave(:y1);
select t.open('{a}') as y3 \gset
select t.expire(:y3);

-- Resuming only.
select is((select verdict from pg_temp.open('{b}', '{resume}')), 'nothing',
    'none of these to resume');
select cut as cut7 from nightdrop.run order by id desc limit 1 \gset
create temp table o8 as select * from pg_temp.open(null, '{resume}');
select results_eq('select verdict, queues from o8',
    $$values ('resumed', '{a}'::text[])$$, 'one is, and gets no more queues');
select is((select cut from nightdrop.run where id = (select run from o8)),
    :'cut7', 'its cutoff stays: the day after the night is the next run''s');
select is((select verdict from pg_temp.open(null, '{sure,resume}')),
    'nothing', 'one that lives is let alone');
select is(pg_temp.leave((select worker from o8)), true, 'closed');
select t.open('{a}') as x1 \gset
select t.open('{b}') as x2 \gset
select t.expire(:x1), t.expire(:x2);
create temp table o9 as select * from pg_temp.open(null, '{resume}');
select is((select queues from o9), '{a,b}'::text[],
    'of two dead ones, one inherits the other');
select is((select closed is not null from nightdrop.run where id = (select run
    from nightdrop.worker where id = :x2)), true, 'which is closed');
select pg_temp.leave(worker) from o9;

-- The lease's length.
create temp table o10 as select * from pg_temp.open('{c}', '{sure}', '{}', 20);
select worker as w10 from o10 \gset
select is((select lease_ms from o10), 20000::bigint, 'as was asked for');
select is(nightdrop.lease_renew(:w10, t.token(:w10)), 20000::bigint,
    'renewed for as long');
select is((select lease < clock_timestamp() + interval '21 s'
    from nightdrop.worker where id = :w10), true, 'in fact');
select is((select lease_ms from nightdrop.bundle_expand(:w10, t.token(:w10))),
    20000::bigint, 'also while bundles are expanded');
select t.expire(:w10, '1 s');
select is((select verdict from pg_temp.open('{c}')), 'busy',
    'its margin is a tenth');
select t.expire(:w10, '3 s');
select is((select verdict from pg_temp.open('{c}', '{resume}')), 'resumed',
    'of its length');
select throws_ok($$select pg_temp.open('{b}', '{sure}', '{}', 4)$$, '23514',
    null, 'not so short that it cannot be kept');
select pg_temp.leave(max(id)) from nightdrop.worker;

-- Business days.
update nightdrop.setting set value = 'Europe/Berlin' where name = 'time_zone';
select results_eq($$select nightdrop.business_date(t::timestamptz)::text
    from unnest(array['2026-10-24 22:30+02', '2026-10-25 02:30+02',
	'2026-10-25 02:30+01', '2026-10-25 23:30+01', '2026-03-29 01:59+01',
	'2026-03-29 03:00+02']) with ordinality x(t, o) order by o$$,
    $$values ('2026-10-24'), ('2026-10-25'), ('2026-10-25'), ('2026-10-25'),
    ('2026-03-29'), ('2026-03-29')$$,
    'an hour that comes twice has one date, one that is missing too');
select matches(nightdrop.setting_set('day_starts', '12:00', 'nights'),
    'day_starts is now 12:00', 'the day begins at noon');
select results_eq($$select nightdrop.business_date(t::timestamptz)::text
    from unnest(array['2026-10-24 22:30+02', '2026-10-25 02:30+02',
	'2026-10-25 02:30+01', '2026-10-25 11:59+01', '2026-10-25 12:00+01'])
    with ordinality x(t, o) order by o$$,
    $$values ('2026-10-24'), ('2026-10-24'), ('2026-10-24'), ('2026-10-24'),
    ('2026-10-25')$$, 'and the night belongs to its evening');
select nightdrop.setting_set('day_starts', '0', 'as before');
select nightdrop.setting_set('time_zone', 'Pacific/Kiritimati', 'a test');
select is(nightdrop.business_date('2026-11-25 11:00+00')::text, '2026-11-26',
    'in the east it is tomorrow');
select nightdrop.setting_set('time_zone', 'Pacific/Pago_Pago', 'a test');
select is(nightdrop.business_date('2026-11-25 10:59+00')::text, '2026-11-24',
    'in the west it is yesterday still');
select throws_ok($$select nightdrop.setting_set('time_zone', 'Mars/Base', 'x')$$,
    'ND422', null, 'no such zone');
select throws_ok($$select nightdrop.setting_set('day_starts', '25:00', 'x')$$,
    'ND422', null, 'no such time');
select throws_ok($$select nightdrop.setting_set('secret', '00', 'x')$$,
    'ND422', null, 'others are not to be set');

-- Daily.
update nightdrop.run set business_date = business_date - 10;
create temp table d1 as select * from pg_temp.open('{a}', '{daily}');
select results_eq('select verdict, business_date from d1',
    $$select 'opened', nightdrop.business_date(now())::text$$, 'once a day');
select pg_temp.leave(worker) from d1;
select results_eq($$select verdict, business_date
    from pg_temp.open('{a}', '{daily}')$$,
    $$select 'done', nightdrop.business_date(now())::text$$, 'and not twice');
create temp table d2 as select * from pg_temp.open('{a,b}', '{daily}');
select is((select queues from d2), '{b}'::text[],
    'what was not run today is run');
-- It dies, and the next day comes.
select t.expire(worker) from d2;
update nightdrop.run set business_date = business_date - 1;
create temp table d3 as select * from pg_temp.open('{b}', '{daily}');
select results_eq('select d.verdict, u.closed is not null from d3 d,
    nightdrop.run u where u.id = (select run from d2)',
    $$values ('opened', true)$$,
    'yesterday''s is closed: today has its own');
select t.expire(worker) from d3;
select is((select verdict from pg_temp.open('{b}', '{daily}')), 'resumed',
    'today''s is resumed');
select pg_temp.leave(max(id)) from nightdrop.worker;
-- Two of today's died: one is resumed, and what the other left is run too.
update nightdrop.run set business_date = business_date - 1;
create temp table d4 as select * from pg_temp.open('{a}', '{daily}');
create temp table d5 as select * from pg_temp.open('{b}', '{daily}');
select t.expire(worker) from d4;
select t.expire(worker) from d5;
select results_eq($$select verdict, run, queues
    from pg_temp.open('{a,b}', '{daily}')$$,
    $$select 'resumed', run, '{a,b}'::text[] from d4$$,
    'of two that died today one takes over the other''s queues');
select pg_temp.leave(max(id)) from nightdrop.worker;
update nightdrop.run set business_date = business_date - 1;
create temp table d6 as select * from pg_temp.open('{a}', '{daily}');
create temp table d7 as select * from pg_temp.open('{b,c}', '{daily}');
select t.expire(worker) from d6;
select t.expire(worker) from d7;
select results_eq($$select verdict, queues
    from pg_temp.open('{a,b}', '{daily}')$$,
    $$values ('resumed', '{a,b}'::text[])$$, 'as far as they are in scope');
select results_eq($$select verdict, queues
    from pg_temp.open('{c}', '{daily}')$$,
    $$values ('opened', '{c}'::text[])$$,
    'what nobody took over was not done today');

select * from finish();
rollback;
