-- Windows: when one closes, what a claim admits into it, what it carries over.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(68);

-- When a window closes: the setting time_zone, and both nights on which its
-- clock is changed.
set local timezone = 'America/New_York'; -- the session's is no matter
create function pg_temp.ends(zone text, at timestamptz, until text)
returns text language sql as $$
select nightdrop.setting_set('time_zone', zone, 'a test');
select to_char(nightdrop.window_end(at, until) at time zone 'UTC',
    'YYYY-MM-DD HH24:MI:SS')
$$;
create temp table ends (zone text, at timestamptz, until text, want text,
    why text);
insert into ends values
('UTC', '2026-11-25 22:00:30+00', '06:00', '2026-11-26 06:00:00',
    'the next morning'),
('UTC', '2026-11-26 05:59:59.9+00', '06:00', '2026-11-26 06:00:00', 'just so'),
('UTC', '2026-11-26 06:00:00+00', '06:00', '2026-11-27 06:00:00',
    'after the start, not at it'),
('UTC', '2026-11-26 06:00:00.5+00', '6:00', '2026-11-27 06:00:00',
    'a second late is a day'),
('UTC', '2026-12-31 23:10:00+00', '00:00', '2027-01-01 00:00:00', 'midnight'),
('Europe/Berlin', '2026-11-25 22:00:00+00', '06:00', '2026-11-26 05:00:00',
    'by the clock on the wall there'),
('Europe/Berlin', '2026-07-25 22:00:00+00', '06:00', '2026-07-26 04:00:00',
    'and in summer'),
('Asia/Kathmandu', '2026-11-25 12:00:00+00', '06:00', '2026-11-26 00:15:00',
    'three quarters of an hour'),
-- The night of 29 March 2026: 02:00 CET (01:00 UTC) is 03:00 CEST.
('Europe/Berlin', '2026-03-28 21:00:00+00', '06:00', '2026-03-29 04:00:00',
    'the night is an hour shorter'),
('Europe/Berlin', '2026-03-28 21:00:00+00', '02:30', '2026-03-29 01:00:00',
    'a time that is missing: when it is passed'),
('Europe/Berlin', '2026-03-28 21:00:00+00', '02:00', '2026-03-29 01:00:00',
    'the missing hour''s beginning'),
('Europe/Berlin', '2026-03-28 21:00:00+00', '03:00', '2026-03-29 01:00:00',
    'and end'),
('Europe/Berlin', '2026-03-29 01:00:00+00', '02:30', '2026-03-30 00:30:00',
    'at the jump: the next night'),
('America/New_York', '2026-03-08 05:00:00+00', '02:30', '2026-03-08 07:00:00',
    'another zone, another night'),
-- The night of 25 October 2026: 03:00 CEST (01:00 UTC) is 02:00 CET.
('Europe/Berlin', '2026-10-24 21:00:00+00', '06:00', '2026-10-25 05:00:00',
    'the night is an hour longer'),
('Europe/Berlin', '2026-10-24 21:00:00+00', '02:30', '2026-10-25 00:30:00',
    'a time that is twice: the first'),
('Europe/Berlin', '2026-10-25 00:40:00+00', '02:30', '2026-10-25 01:30:00',
    'between both: the second'),
('Europe/Berlin', '2026-10-25 01:30:00+00', '02:30', '2026-10-26 01:30:00',
    'after both: the next night'),
('America/New_York', '2026-11-01 04:00:00+00', '01:30', '2026-11-01 05:30:00',
    'another zone, another night'),
('Australia/Lord_Howe', '2026-04-04 12:00:00+00', '01:45',
    '2026-04-04 14:45:00', 'half an hour that is twice'),
('Pacific/Apia', '2011-12-30 09:00:00+00', '06:00', '2011-12-30 10:00:00',
    'a day that is missing'),
-- A duration is one, whatever the clock.
('Europe/Berlin', '2026-03-28 23:00:00+00', '7200000 ms',
    '2026-03-29 01:00:00', 'two hours over the missing one'),
('Europe/Berlin', '2026-10-24 23:00:00+00', '1 day', '2026-10-25 23:00:00',
    'a day is 24 hours');
select is(pg_temp.ends(zone, at, until), want,
    format('%s in %s: %s', until, zone, why)) from ends;
select is(nightdrop.window_end(now(), null), null, 'no window');
create temp table no (until text);
insert into no values ('25:00'), ('6:60'), ('0 ms'), ('-1 h'), ('soon'), (''), ('1000 years');
select throws_ok(format('select nightdrop.window_end(now(), %L)', until),
    'ND422') from no;
select nightdrop.setting_set('time_zone', 'UTC', 'a test');

-- Opening.
select t.queue('a');
select t.queue('b');
select t.queue('c');
create function pg_temp.open(scope text[], until text,
    ways text[] default '{sure}')
returns table (verdict text, worker bigint, until timestamptz)
language sql as $$
select t.settle();
select o.verdict, o.worker, o.until from nightdrop.run_open(scope, 4, 'host',
    42, '/run/lock', gen_random_uuid(), '{}', ways, 300, until) o
$$;
create function pg_temp.run(w bigint) returns nightdrop.run language sql as $$
select u from nightdrop.run u join nightdrop.worker k on k.run = u.id
where k.id = w
$$;
create function pg_temp.took(w bigint, want integer default 10)
returns text language sql as $$
select coalesce(string_agg(concat_ws(' ', c.queue, c.verdict), ', '
    order by c.o), '')
from (select row_number() over () as o, c.* from t.turn(w, want => want) c) c
where c.kind = 'claim'
$$;
create function pg_temp.back(w bigint) returns void language sql as $$
select nightdrop.give_back(w, t.token(w), array_agg(id),
    array_fill(false, array[count(*)::integer]))
from nightdrop.running where worker = w and started is null
having count(*) > 0
$$;
-- What its past has taught: jobs that have ended, and how long 95 % took.
create function pg_temp.past(queue text, p95 interval, jobs integer default 9)
returns void language sql as $$
update nightdrop.queue_basis b set p50 = past.p95 / 2, p95 = past.p95,
    total_successful = jobs where b.queue = past.queue
$$;
create function pg_temp.left_at(w bigint, ago interval)
returns void language sql as $$
-- The window is as long as it was, and so much of it is over.
update nightdrop.run u set cut = u.cut - ago, until = u.until - ago
where u.id = (pg_temp.run(w)).id
$$;

select worker as w from pg_temp.open('{a}', null) \gset
select is((pg_temp.run(:w)).until, null, 'none asked for: none');
select closed from nightdrop.run_leave(:w, t.token(:w)) \gset
select worker as w, until as u from pg_temp.open('{a,b,c}', '8 hours') \gset
select ok((pg_temp.run(:w)).until = :'u' and :'u'::timestamptz
    between clock_timestamp() + interval '7:59' and clock_timestamp()
	+ interval '8:00', 'the run records its end, and tells it');
select is((select until from nightdrop.run_join((pg_temp.run(:w)).id, 2, 'h2',
    1, 'l2', gen_random_uuid(), '{}')), :'u'::timestamptz,
    'who joins has the same');
select is((select until from pg_temp.open('{a}', '1 hour', '{sure,join}')),
    :'u'::timestamptz, 'also with a window of its own');

-- Admission.  Moving the window must not move jobs out of its run.
update nightdrop.queue_basis set reach = '1 day';
select t.accept('a') as a1, t.accept('b') as b1, t.accept('a') as a2 \gset
select t.settle();
select is(pg_temp.took(:w), 'a, a, b', 'nothing is known: all fit');
select pg_temp.back(:w);
select pg_temp.past('a', '3 hours', 2);
select pg_temp.left_at(:w, '6 hours');
select is(pg_temp.took(:w), 'a, a, b', 'two jobs are too few to know');
select pg_temp.back(:w);
select pg_temp.past('a', '3 hours', 3);
select is(pg_temp.took(:w), 'b', 'three are not: what does not fit stays');
select is((select count(*)::integer from nightdrop.explain_job(:'a1') e
    where e like 'Its jobs are taken to need 03:00:00 and would not be done %'),
    1, 'and explain_job says why');
select pg_temp.back(:w);
select pg_temp.past('a', '1:59');
select is(pg_temp.took(:w), 'a, a, b', 'what fits does not');
select is((select date_trunc('minute', min(due) - (pg_temp.run(:w)).until)
    from nightdrop.mine(:w, t.token(:w), null) where queue = 'a'),
    interval '-1:59', 'mine: with when it must have begun');
select is((select min(due) from nightdrop.mine(:w, t.token(:w), null)
    where queue = 'b'), (pg_temp.run(:w)).until, 'not known: the window''s end');
select pg_temp.back(:w);

-- A retry that would not fit is not waited for.
select t.start(:w, :'a1') as begun, t.finish(:w, :'a1', 1, 'retry', 503,
    retry_ms => 60000) as ended \gset
select pg_temp.past('a', '1:58');
select is(pg_temp.took(:w), '', 'the others are in hand');
select ok((select due is not null from t.turn(:w, want => 10)
    where kind = 'idle'), 'due in a minute, and fits then');
select pg_temp.left_at(:w, '90 s');
select is((select due from t.turn(:w, want => 10) where kind = 'idle'), null,
    'due in a minute, and does not fit then');

-- Longer than the whole window.
select pg_temp.back(:w);
update nightdrop.waiting set not_before = '-infinity';
select pg_temp.past('a', '2 hours'), pg_temp.past('b', '20 hours');
select t.accept('b'), t.accept('b');
select t.settle();
select is(pg_temp.took(:w), '', 'not in the middle of it');
select pg_temp.left_at(:w, '-6:01:30');
select is(pg_temp.took(:w), 'b long, a, a',
    'at its beginning: first, and one at a time');
select is(pg_temp.took(:w), '', 'no second one');
select pg_temp.back(:w);

-- Carried over.
select pg_temp.left_at(:w, '7 hours');
select pg_temp.past('a', '30 min'), pg_temp.past('b', '2 hours');
select t.accept('c');
update nightdrop.waiting set since = pg_current_xact_id() where queue = 'c';
update nightdrop.worker set left_at = now()
where run = (pg_temp.run(:w)).id and id <> :w;
create temp table ledger as select * from nightdrop.run_leave(:w, t.token(:w));
select results_eq('select closed, balanced, carried_over, until from ledger',
    format('select true, true, 3::bigint, %L::timestamptz',
	(pg_temp.run(:w)).until), 'the ledger says how many');
select is((select string_agg(queue || ' ' || coalesce(carried_over::text, '-'),
    ', ' order by queue) from nightdrop.run_queue
    where run = (pg_temp.run(:w)).id), 'a 0, b 3, c 0',
    'only what did not fit, and was this run''s');
select is((select carried_over from nightdrop.run_history
    where run = (pg_temp.run(:w)).id), 3::bigint, 'run_history');

-- Its monitor says so, as long as it waits.
create function pg_temp.monitor(job uuid) returns text language sql as $$
select concat_ws(' ', m.status, m.carried_over, m.version, regexp_replace(
    m.message, '....-..-..T..:..:..Z', 'THEN'))
from nightdrop.job_read(job, '', true) m
$$;
create temp table seen as select pg_temp.monitor(:'b1') as said;
select is(said, 'accepted 1 a1.0.2 carried over to the next run: the window closed at THEN before it was done',
    'the monitor: in a figure and in words') from seen;
select is(pg_temp.monitor(:'a1'), 'accepted 0 a1.1.4 attempt 1 ended with 503 as 503; it will be tried again',
    'not of a job that would have fitted');
select is((select count(*)::integer from nightdrop.explain_job(:'b1') e
    where e like 'It was carried over to the next run: %'), 1, 'explain_job');
select t.accept('b') as b2 \gset
select is(pg_temp.monitor(:'b2'), 'accepted 0 a1.0.2',
    'nor of one that came after');
select worker as w from pg_temp.open('{b}', '1 hour') \gset
update nightdrop.queue_basis set reach = '1 day';
select pg_temp.past('b', '2 hours');
select is(pg_temp.monitor(:'b1'), replace((select said from seen), '.2', '.3'),
    'still, while the next run is at it');
select is(pg_temp.took(:w, 1), 'b long', 'now it is taken');
select is(pg_temp.monitor(:'b1'), replace((select said from seen), '.2', '.3'),
    'still, until it begins');
select pg_temp.back(:w);
select pg_temp.left_at(:w, '59 min');
select nightdrop.job_hold(:'b2', 'a test');
select is((select carried_over from nightdrop.run_leave(:w, t.token(:w))),
    3::bigint, 'what is held is not carried over');
select ok(pg_temp.monitor(:'b1')
    like 'accepted 2 %THEN before it was done, as 1 other had', 'the second night');
select is(pg_temp.monitor(:'b2'), 'accepted 0 a1.0.4.h', 'nothing of that held');
select worker as w from pg_temp.open('{b}', '1 hour') \gset
update nightdrop.queue_basis set reach = '1 day';
select is(t.start(:w, :'b1'), 'ok', 'it runs');
select is(pg_temp.monitor(:'b1'), 'running 0 r1.1.5', 'and says no more of it');
select t.finish(:w, :'b1', 1, 'successful') as ended \gset
select closed from nightdrop.run_leave(:w, t.token(:w)) \gset
select is(pg_temp.monitor(:'b1'), 'successful 0 s1.1', 'nor when it is final');

-- A run that goes on.
select worker as w, until as u from pg_temp.open('{a}', '8 hours') \gset
select t.expire(:w);
select is((select until from pg_temp.open('{a}', null, '{sure,resume}')),
    :'u'::timestamptz, '--resume keeps it');
select t.expire(id) from nightdrop.worker where left_at is null;
select is((select until from pg_temp.open('{a}', null)), :'u'::timestamptz,
    'so does who says nothing');
select t.expire(id) from nightdrop.worker where left_at is null;
select ok((select until < :'u' from pg_temp.open('{a}', '1 hour')),
    'who names one opens its window');
select pg_temp.left_at(max(id), '2 hours') from nightdrop.worker;
select t.expire(id) from nightdrop.worker where left_at is null;
select is((select until from pg_temp.open('{a}', null)), null,
    'one that has closed is over');

select * from finish();
rollback;
