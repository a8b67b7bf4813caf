-- plan_open and plan_claim: what a run would find, and that a claim then takes
-- what the plan says that it would.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(30);

select t.queue('a');
select t.queue('b', '{"priority": 1, "aging": "1 minute"}');
select t.queue('narrow', '{"max_running": 2}');
select t.queue('held', '{"held": true}');
select t.queue('long');
select t.queue('short');
create function pg_temp.past(queue text, p95 interval)
returns void language sql as $$
update nightdrop.queue_basis b set p50 = past.p95 / 2, p95 = past.p95,
    total_successful = 9 where b.queue = past.queue
$$;
select pg_temp.past('long', '20 hours'), pg_temp.past('short', '1 hour');
select t.accept(q) from generate_series(1, 4) i,
    unnest('{a,b,narrow,held,long,short}'::text[]) q order by i, q;
select t.settle();
-- Of a, one was tried and is due, one is not due yet; one of b is held.
update nightdrop.waiting w set again = true, attempt = 1, failures = 1,
    lost = true
where id = (select max(id::text)::uuid from nightdrop.waiting where queue = 'a');
update nightdrop.waiting w set again = true, attempt = 2,
    not_before = clock_timestamp() + '1 min'
where id = (select min(id::text)::uuid from nightdrop.waiting where queue = 'a');
select nightdrop.job_hold(min(id::text)::uuid, 'a test')
from nightdrop.waiting where queue = 'b';

-- What it would find.
create temp table o as select * from nightdrop.plan_open(null, '8 hours');
select results_eq('select queue, held, run, busy, done, waiting, bundled, later, cap, long from o',
    $$values ('a', false, null::bigint, false, false, 4::bigint, 0::bigint,
	1::bigint, null::integer, false),
    ('b', false, null, false, false, 4, 0, 1, null, false),
    ('held', true, null, false, false, 4, 0, 0, null, false),
    ('long', false, null, false, false, 4, 0, 0, 1, true),
    ('narrow', false, null, false, false, 4, 0, 0, 2, false),
    ('short', false, null, false, false, 4, 0, 0, null, false)$$,
    'a row a queue');
select results_eq('select p50_ms, p95_ms, until - latest from o
    where queue in (''a'', ''short'')',
    $$values (null::bigint, null::bigint, interval '0'),
	(1800000, 3600000, '1 hour')$$, 'and what is known of it');
select is((select count(distinct (cutoff, cut, until)) from o), 1::bigint,
    'one cutoff, one window');
select is((select string_agg(queue, ' ') from nightdrop.plan_open('{b,a}',
    null)), 'a b', 'of a scope');
select is((select count(latest) + count(until) from nightdrop.plan_open(
    null, null)), 0::bigint, 'without a window');

-- The same as a claim, in many states, and with nobody's help.
select t.open() as w \gset
select run as r from nightdrop.worker where id = :w \gset
create function pg_temp.back(w bigint) returns void language sql as $$
select nightdrop.give_back(w, t.token(w), array_agg(id),
    array_fill(false, array[count(*)::integer]))
from nightdrop.running where worker = w and started is null
having count(*) > 0
$$;
create function pg_temp.same(w bigint, want integer, why text,
    after uuid default null, keep boolean default false)
returns setof text language plpgsql as $$
declare
	u nightdrop.run;
	at record;
	planned text;
	taken text;
begin
	select r.* into u from nightdrop.run r join nightdrop.worker k
	    on k.run = r.id where k.id = w;
	select queue, position, id into at from nightdrop.waiting l
	where l.id = after;
	select string_agg(concat_ws(' ', p.kind, p.id, p.queue, p.attempt,
	    p.lost, p.long, p.latest, p.due, p.position), ', ' order by p.o)
	into planned
	from (select row_number() over () as o, c.* from nightdrop.plan_claim(
	    array(select rq.queue from nightdrop.run_queue rq
		where rq.run = u.id), null, u.cutoff::text, u.cut, u.until,
	    clock_timestamp(), want,
	    case when after is null then '{}' else array[at.queue] end,
	    case when after is null then '{}' else array[at.position] end,
	    case when after is null then '{}' else array[at.id] end) c) p;
	select string_agg(concat_ws(' ', p.kind, p.id, p.queue, p.attempt,
	    p.lost, case when p.kind = 'claim' then p.verdict is not null end,
	    case when p.kind = 'claim' then p.due end,
	    case when p.kind = 'idle' then p.due end, p.position),
	    ', ' order by p.o)
	into taken
	from (select row_number() over () as o, c.* from t.turn(w,
	    want => want, after => at.queue, after_position => at.position,
	    after_id => at.id) c) p;
	return next is(planned, taken, why);
	return next ok(taken is not null, why || ' (something was answered)');
	if not keep then
		perform pg_temp.back(w);
	end if;
end
$$;
update nightdrop.queue_basis set reach = '1 day';
select pg_temp.same(:w, 1, 'one');
select pg_temp.same(:w, 7, 'a few');
select pg_temp.same(:w, 100, 'all');
select min(id::text)::uuid as second from (select id from nightdrop.waiting
    where queue = 'a' and not again order by position, id offset 1) x \gset
select pg_temp.same(:w, 100, 'after a cursor', :'second');
update nightdrop.run set until = cut + '8 hours' where id = :r;
select pg_temp.same(:w, 3, 'with a window: the long one first');
select pg_temp.same(:w, 100, 'all of that', null, true);
select pg_temp.same(:w, 100, 'with these in hand');
update nightdrop.run set cut = cut - '7:30'::interval,
    until = until - '7:30'::interval where id = :r;
select pg_temp.back(:w);
select pg_temp.same(:w, 100, 'late in the window: the short ones do not fit');
delete from nightdrop.waiting where queue in ('b', 'narrow');
delete from nightdrop.waiting where queue = 'a' and (not again
    or not_before < now());
select pg_temp.same(:w, 100, 'nothing but a retry to wait for');
select pg_temp.past('a', '30 min');
select pg_temp.same(:w, 100, 'which would not fit');

-- What would be in hand.
create temp table r as select * from nightdrop.run where id = :r;
update r set until = null;
select is((select string_agg(p.queue, ' ') from r
    cross join lateral nightdrop.plan_claim('{short,long}', '{0,0}',
	cutoff::text, cut, until, clock_timestamp(), 5, '{}', '{}', '{}') p),
    'long long long long short', 'without a window nothing is long');
update r set until = cut + '24:00', cut = clock_timestamp();
update r set until = cut + '8:00';
select is((select string_agg(p.queue, ' ') from r
    cross join lateral nightdrop.plan_claim('{short,long}', '{0,-2}',
	cutoff::text, cut, until, clock_timestamp(), 5, '{}', '{}', '{}') p),
    'long long long short short', 'caps go by what is said to be in hand');
select is((select string_agg(p.queue, ' ') from r
    cross join lateral nightdrop.plan_claim('{short,long}', '{0,1}',
	cutoff::text, cut, until, clock_timestamp(), 5, '{}', '{}', '{}') p),
    'short short short short', 'also where that is all');

-- Whose queue it is.
select is((select string_agg(concat_ws(' ', queue, run = :r, busy), ', ')
    from nightdrop.plan_open('{a,held}', null)), 'a t t, held t t',
    'in an open run');
select t.expire(:w, '10 min');
select is((select bool_or(busy) from nightdrop.plan_open('{a,held}', null)),
    false, 'whose worker is dead');

select * from finish();
rollback;
