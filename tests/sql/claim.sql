-- turn: which jobs a claim takes, in which order, and how many.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(33);

select t.queue('a');
select t.queue('b');
select t.queue('held', '{"held": true}');
select t.queue('narrow', '{"max_running": 2}');
select t.queue('urgent', '{"priority": 1}');
select t.queue('slow', '{"priority": -1}');

create temp table j (n integer, id uuid);
create function pg_temp.put(n integer, queue text, bytes integer default 4)
returns void language sql as $$
insert into j values (n, t.accept(queue, '', convert_to(repeat('x', bytes),
    'UTF8'), t.id(clock_timestamp() + n * interval '1 ms')));
$$;
create function pg_temp.took(w bigint, want integer,
    max_bytes integer default 1000000, after integer default null)
returns text language sql as $$
select coalesce(string_agg(coalesce(j.n::text, c.kind), ' ' order by c.o), '')
from (select row_number() over () as o, c.* from t.turn(w, want => want, max_bytes => max_bytes,
	after => (select queue from nightdrop.job x join j using (id)
	    where j.n = took.after),
	after_position => (select accepted from nightdrop.job x
	    join j using (id) where j.n = took.after),
	after_id => (select id from j where j.n = took.after)) c
    where c.kind in ('claim', 'idle')) c
    left join j using (id)
$$;
create function pg_temp.back(w bigint) returns void language sql as $$
select nightdrop.give_back(w, t.token(w), array_agg(id),
    array_fill(false, array[count(*)::integer]))
from nightdrop.running where worker = w and started is null
having count(*) > 0
$$;

-- Order.
select pg_temp.put(1, 'a'), pg_temp.put(2, 'b'), pg_temp.put(3, 'a'),
    pg_temp.put(4, 'b'), pg_temp.put(5, 'held'), pg_temp.put(6, 'slow'),
    pg_temp.put(7, 'urgent');
select t.open() as w \gset
select is(pg_temp.took(:w, 1), '7', 'priority is worth waiting time');
select is(pg_temp.took(:w, 1), '1', 'then the oldest head');
select is(pg_temp.took(:w, 2), '2 4', 'up to want from the queue with the smallest head');
select is(pg_temp.took(:w, 10), '3 6', 'and more queues until there are enough');
select is(pg_temp.took(:w, 10), 'idle', 'not from the held one');
select is((select taken from nightdrop.run), 6::bigint, 'taken');
select is((select sum(waiting) from nightdrop.counter)::integer, 1, 'counted');
select is((select sum(bytes) from nightdrop.counter)::integer, 4,
    'bytes are counted');
select set_eq('select id from nightdrop.running',
    'select id from j where n <> 5', 'all are reserved');
select set_eq(format($$select n from nightdrop.mine(%s, t.token(%s),
    (select array_agg(id) from j where n in (1, 2))) m join j using (id)$$,
    :w, :w), 'values (3), (4), (6), (7)', 'mine: what I do not know of');
select results_eq(format($$select kind, attempt, queue collate "default",
    type, body from nightdrop.mine(%s, t.token(%s), null) m
    join j using (id) where n = 1$$, :w, :w),
    $$values ('claim', 1, 'a', 'text/plain', 'xxxx'::bytea)$$,
    'mine: as a claim');
select pg_temp.back(:w);
select is((select given_back from nightdrop.run), 6::bigint, 'given back');
select is((select sum(waiting) from nightdrop.counter)::integer, 7,
    'counted in again');

-- A pass goes on after the last one that it took.
select is(pg_temp.took(:w, 10, after => 1), '7 2 4 3 6', 'after the cursor');
select pg_temp.back(:w);

-- Late in the pass, and after the cutoff.
select pg_temp.put(8, 'a');
select is(pg_temp.took(:w, 10, after => 3), '7 2 4 6',
    'what came after the cutoff is the next run''s');
select pg_temp.back(:w);
select t.settle();
select is(pg_temp.took(:w, 10, after => 3), '7 2 4 6',
    'so is what was accepted after it, whatever its transaction');
select pg_temp.back(:w);
select nightdrop.run_leave(:w, t.token(:w));

-- Bytes.
update nightdrop.queue set held = name <> 'a';
select pg_temp.put(20, 'a', 100), pg_temp.put(21, 'a', 100),
    pg_temp.put(22, 'a', 100);
delete from nightdrop.waiting w using j
where w.id = j.id and j.n < 20;
select t.open() as w \gset
select is(pg_temp.took(:w, 10, 250), '20 21', 'as many as fit');
select pg_temp.back(:w);
select is(pg_temp.took(:w, 10, 5), '20', 'but one at least');
select is(pg_temp.took(:w, 10, 5, after => 20), '21', 'one more');
select pg_temp.back(:w);
select nightdrop.run_leave(:w, t.token(:w));

-- max_running, over all workers.
update nightdrop.queue set held = name <> 'narrow';
select pg_temp.put(30, 'narrow'), pg_temp.put(31, 'narrow'),
    pg_temp.put(32, 'narrow');
select t.open() as w \gset
select is(pg_temp.took(:w, 10), '30 31', 'no more than max_running');
select is(pg_temp.took(:w, 10), 'idle', 'while those are in hand');
select n.verdict = 'ok' from t.turn(:w,
    starts => (select array_agg(id) from j where n = 30), attempts => '{1}') n;
select is(t.finish(:w, (select id from j where n = 30), 1, 'successful'),
    'recorded successful', 'one ends');
select is(pg_temp.took(:w, 10), '32', 'and makes room');
select pg_temp.back(:w);
select nightdrop.run_leave(:w, t.token(:w));

-- Over all hosts: another worker of the run counts what the first one has.
select pg_temp.put(33, 'narrow'), pg_temp.put(34, 'narrow'),
    pg_temp.put(35, 'narrow');
delete from nightdrop.waiting w using j where w.id = j.id and j.n < 33;
select t.open() as w \gset
select worker as w2 from nightdrop.run_join((select run from nightdrop.worker
    where id = :w), 1, 'other', 1, '/l', gen_random_uuid(), '{}') \gset
select is(pg_temp.took(:w, 1), '33', 'one worker has one');
select is(pg_temp.took(:w2, 10), '34', 'so the other gets no more than one');
select is(pg_temp.took(:w2, 10), 'idle', 'and then none');
select pg_temp.back(:w), pg_temp.back(:w2);
select nightdrop.run_leave(:w, t.token(:w));
select nightdrop.run_leave(:w2, t.token(:w2));

-- A held queue costs nothing: a claim reads none of its jobs.
update nightdrop.queue set held = name <> 'a';
delete from nightdrop.waiting;
insert into nightdrop.waiting (id, queue, position, bytes)
select t.id(now() - n * interval '1 ms'), 'held', now() - interval '1 h', 0
from generate_series(1, 3000) n;
select pg_temp.put(36, 'a'), pg_temp.put(37, 'a');
select t.open() as w \gset
create temp table read as select pg_stat_get_xact_tuples_returned(
    'nightdrop.waiting'::regclass) + pg_stat_get_xact_tuples_returned(
    'nightdrop.waiting_line'::regclass) as n;
select is(pg_temp.took(:w, 10), '36 37', 'what is not held');
select cmp_ok(pg_stat_get_xact_tuples_returned('nightdrop.waiting'::regclass)
    + pg_stat_get_xact_tuples_returned('nightdrop.waiting_line'::regclass)
    - (select n from read), '<', 300::bigint, 'and hardly more was read');
select pg_temp.back(:w);
select nightdrop.run_leave(:w, t.token(:w));

-- A priority that was changed while jobs wait.
update nightdrop.queue set held = name <> 'b';
delete from nightdrop.waiting;
select pg_temp.put(40, 'b');
select nightdrop.queue_alter('b', '{"priority": 100}', 'a test');
select t.open() as w \gset
select is(pg_temp.took(:w, 10), '40', 'is not lost sight of');
select pg_temp.back(:w);
select nightdrop.run_leave(:w, t.token(:w));
select isnt((select reach from nightdrop.queue_basis where queue = 'b'),
    interval '-100 hours', 'while it waits, the claim reaches as far');
select nightdrop.job_stop((select id from j where n = 40), '', true);
select t.open() as w \gset
select nightdrop.run_leave(:w, t.token(:w));
select is((select reach from nightdrop.queue_basis where queue = 'b'),
    interval '-100 hours', 'when it is empty, no farther than need be');

-- The plan: a claim looks at what it takes.
create function pg_temp.plan(line text, again boolean) returns setof text
language plpgsql as $$
begin
	return query execute format($q$explain (costs off)
	select w.id from nightdrop.waiting w
	where w.queue = 'a' and %s and (w.position, w.id) >
	    ('2026-01-01', '00000000-0000-0000-0000-000000000000')
	    and w.position <= now()
	order by w.position, w.id limit 10 for update skip locked$q$,
	case when again then 'w.again' else 'not w.again' end);
end
$$;
set local enable_seqscan = off;
set local enable_bitmapscan = off;
set local enable_sort = off;
select is((select count(*) from pg_temp.plan('', false) p
    where p ~ 'Index Scan using waiting_line')::integer, 1,
    'fresh jobs by waiting_line');
select is((select count(*) from pg_temp.plan('', true) p
    where p ~ 'Index Scan using waiting_again')::integer, 1,
    'those put back by waiting_again');

select * from finish();
rollback;
