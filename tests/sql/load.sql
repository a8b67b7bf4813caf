-- What a queue's line is up against: the other queues of its run, as the runner
-- takes them.  And what a close teaches the quotes.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(34);

-- Of four slots, jobs of 10 s each; the next start is in ten hours.
create function pg_temp.queue(q text, settings jsonb default '{}')
returns void language sql as $$
select t.queue(q, settings);
update nightdrop.queue_basis set runs = 2, slots = 4, cost_s = 10, p50 = '10 s',
    p95 = '20 s', tail = '30 s', every = '1 day', starts = array[now()
    + interval '10 hours'], next_start = now() + interval '10 hours',
    usual = 100, ages = array(select n * interval '1 hour'
	from generate_series(1, 19) n)
where queue = q
$$;
create function pg_temp.waits(q text, jobs bigint) returns void
language sql as $$
update nightdrop.counter set waiting = case slot when 0 then jobs else 0 end
where queue = q
$$;
create function pg_temp.together(variadic queues text[]) returns bigint
language sql as $$
with r as (
	insert into nightdrop.run (opened, closed, cutoff, slots, waiting_at_open)
	values (now() - interval '1 day', now(), pg_current_snapshot(), 4, 0)
	returning id)
insert into nightdrop.run_queue (run, queue, open)
select r.id, q, false from r, unnest(queues) q returning run
$$;
create function pg_temp.ahead(q text, opening boolean default false)
returns table (pace numeric, lead numeric, behind bigint) language sql as $$
select round(a.pace_s::numeric, 2), round(a.lead_s::numeric, 2), a.behind
from nightdrop.load_ahead(now(), opening) a where a.queue = q
$$;

select pg_temp.queue('a'), pg_temp.queue('b');
select results_eq($$select * from nightdrop.load_ahead(now())$$,
    $$select ''::text, 0.0::double precision, 0.0::double precision, 0::bigint,
    0.0::double precision, 0.0::double precision limit 0$$,
    'what was never run is not known');
select pg_temp.together('a', 'b');
select pg_temp.waits('a', 50), pg_temp.waits('b', 200);
select results_eq($$select * from pg_temp.ahead('a')$$,
    'values (2.50, 492.50, 0::bigint)',
    'as urgent: all that waits there, in four slots; three are free at first');
select results_eq($$select * from pg_temp.ahead('b')$$,
    'values (2.50, 117.50, 0::bigint)', 'and the other way round');
select results_eq($$select round(shown_pace_s::numeric, 2),
    round(shown_lead_s::numeric, 2)
    from nightdrop.load_ahead(now(), true) where queue = 'a'$$,
    'values (12.50, -7.50)', 'for those in line: mixed with them');

-- Another run's queues are not in the way.
select pg_temp.queue('c');
select pg_temp.together('c');
select pg_temp.waits('c', 1000);
select is((select lead from pg_temp.ahead('a')), 492.50, 'others'' runs: no');
select results_eq($$select * from pg_temp.ahead('c')$$,
    'values (2.50, -7.50, 0::bigint)', 'nor is it in theirs');
update nightdrop.queue set held = true where name = 'b';
select is((select lead from pg_temp.ahead('a')), -7.50, 'what is held does not count');
update nightdrop.queue set held = false where name = 'b';

-- Priority: two hours more urgent.  Of a night's hundred jobs 10 usually come
-- in between ten and eight hours before the start.
update nightdrop.queue set priority = 2 where name = 'b';
select is((select lead from pg_temp.ahead('a')), 517.50,
    'more urgent: and what will have come in by then');
select is((select lead from pg_temp.ahead('b')), 92.50,
    'less urgent: but for what came in last');
select is((select lead from pg_temp.ahead('a', true)), 492.50,
    'when it opens, nothing more comes in');
select is((select round(shown_lead_s::numeric, 2)
    from nightdrop.load_ahead(now(), true) where queue = 'a'), 492.50,
    'the more urgent go before all of them');
update nightdrop.queue set priority = 0 where name = 'b';

-- Caps.
update nightdrop.queue set max_running = 1 where name = 'b';
select results_eq($$select * from pg_temp.ahead('b')$$,
    'values (10.00, 0.00, 0::bigint)', 'it goes on as slowly as its cap');
select ok((select lead between 140 and 160 from pg_temp.ahead('a')),
    'and takes no more than one slot from the others');
update nightdrop.queue set max_running = null where name = 'b';

-- While a run is open, what it will take is behind us.
update nightdrop.run set waiting_at_open = 250, taken = 125
where id = (select max(run) from nightdrop.run_queue where queue = 'a');
update nightdrop.queue_basis set opened = now(), due = 200 where queue = 'b';
update nightdrop.queue_basis set opened = now(), due = 50 where queue = 'a';
select results_eq($$select * from pg_temp.ahead('a')$$,
    'values (2.50, 242.50, 25::bigint)', 'half of it has been taken');
update nightdrop.queue_basis set closes = now() + interval '156.25 s'
where queue in ('a', 'b');
select results_eq($$select * from pg_temp.ahead('a')$$,
    'values (2.50, 367.50, 12::bigint)', 'its window has room for half the rest');
update nightdrop.queue_basis set closes = null;
select t.accept('a') as j \gset
update nightdrop.queue_basis set opened = null where queue in ('a', 'b');

-- Noted.
select version as v from nightdrop.queue_basis where queue = 'a' \gset
select r::text as before from nightdrop.job_read(:'j', '', true) r \gset
select is(nightdrop.load_note(), 3::bigint, 'noted for three queues');
select is((select round(lead_s::numeric, 2) from nightdrop.queue_basis
    where queue = 'a'), 492.50, 'for the next quotes');
select is((select version from nightdrop.queue_basis where queue = 'a'),
    (:v)::bigint, 'no version changes');
select is((select r::text from nightdrop.job_read(:'j', '', true) r), :'before',
    'and no monitor');
select pg_temp.waits('b', 400);
select is(nightdrop.load_note(), 0::bigint, 'not again at once');
update nightdrop.queue_basis set noted = now() - interval '40 s';
select is(nightdrop.load_note(), 1::bigint, 'but soon, where it has changed');
select t.accept('a') as k \gset
select is((select round(extract(epoch from quote_likely - interval '10 s'
    - (select next_start from nightdrop.queue_basis where queue = 'a')), 1)
    from nightdrop.job where id = :'k'),
    (select round((b.lead_s + 51 * b.pace_s)::numeric, 1)
    from nightdrop.queue_basis b where b.queue = 'a'),
    'the next job is told of them: 400 there, 51 here');
select is(nightdrop.load_note(), 0::bigint, 'a moment later: nothing to do');

-- Over real runs: slots of all workers, the window, the width that was needed.
select t.queue('n');
select nightdrop.run_expect('n', '0 0 1 1 *', 'far away') \g /dev/null
create function pg_temp.night(ends text, slots integer default 4,
    share double precision default 1)
returns bigint language plpgsql as $$
declare
	jobs constant uuid[] := array(select t.accept('n')
	    from generate_series(1, 40));
	w bigint;
	k bigint;
	r bigint;
begin
	perform t.settle();
	select o.worker, o.run into strict w, r
	from nightdrop.run_open('{n}', slots, 'host', 42, '/run/lock',
	    gen_random_uuid(), '{}', '{sure}', 300, ends) o;
	select j.worker into strict k from nightdrop.run_join(r, 2, 'other', 1,
	    'l2', gen_random_uuid(), '{}') j;
	update nightdrop.run set opened = now() - interval '1 hour'
	where id = r;
	update nightdrop.job j set accepted = now() - interval '2 hours',
	    quote_earliest = x.at,
	    quote_likely = x.at + b.p50, quote_latest = x.at + interval '2 h'
	from nightdrop.queue_basis b,
	    (select now() - interval '1 hour' as at) x
	where j.id = any (jobs) and b.queue = 'n';
	-- Told to wait a minute a job; it was that, times share.
	update nightdrop.job j
	set quote_earliest = j.quote_earliest + b.fast * n * interval '1 min',
	    quote_likely = j.quote_likely + n * interval '1 min'
	from nightdrop.queue_basis b, unnest(jobs) with ordinality x(id, n)
	where b.queue = 'n' and j.id = x.id;
	perform from t.turn(w, want => 40);
	perform from t.turn(w, starts => jobs,
	    attempts => array_fill(1, array[40]));
	perform from unnest(jobs) with ordinality x(id, n)
	    cross join lateral nightdrop.turn(w, t.token(w), array[x.id], '{1}',
	    '{successful}', '{200}', '{OK}', '{handler}', array['[]'::json],
	    '{1}', array['x'::bytea], '{0}', '{null}', array[null::bytea],
	    '{-1}', array[now() - interval '1 hour' + x.n * share
		* interval '1 min'], array[now() - interval '1 hour'
		+ (x.n * share + 1) * interval '1 min'], '{}', '{}', 0, 0, '{}',
	    '{}', '{}');
	perform nightdrop.run_leave(k, t.token(k));
	perform nightdrop.run_leave(w, t.token(w));
	return r;
end
$$;
select pg_temp.night(null) as r1 \gset
select results_eq($$select slots, span, p50, cost_s, usual,
    fast, slow
    from nightdrop.queue_basis where queue = 'n'$$,
    $$values (6, null::interval, interval '1 min', 60::double precision,
    40::bigint, 0.6::double precision, 1.5::double precision)$$,
    'both workers'' slots; no window; nothing known of how true quotes are');
select pg_temp.night('2 hours') as r2 \gset
select ok((select span between interval '2:59:50' and interval '3:00:10'
    from nightdrop.queue_basis where queue = 'n'),
    'the window, from the opening');
select results_eq(format($$select round(fast::numeric, 2),
    round(slow::numeric, 2), width < interval '2 h' from nightdrop.run_queue
    where run = %s$$, :r2), 'values (1.00, 1.00, true)',
    'as long as they had been told');
select results_eq($$select fast, slow from nightdrop.queue_basis
    where queue = 'n'$$,
    'values (0.95::double precision, 1.2::double precision)',
    'never quite sure');
select pg_temp.night('2 hours', share => 1.4) as r3 \gset
select pg_temp.night('2 hours', share => 1.4) as r4 \gset
select is((select round(slow::numeric, 2) from nightdrop.run_queue
    where run = :r4), 1.40, 'longer than they had been told');
select ok((select slow > 1.4 from nightdrop.queue_basis where queue = 'n'),
    'so the next are told of that, and some more');
select is((select array_length(ages, 1) from nightdrop.run_queue
    where run = :r4), 19, 'when they had come in');
select pg_temp.night(null) as r5 \gset
select is((select span from nightdrop.queue_basis where queue = 'n'), null,
    'the last one had no window: none is expected');
select ok((select runs = 5 and graded = 200 and hits = 200 and rate = 1
    and width between '1 h' and '2 h' from nightdrop.quote_accuracy
    where queue = 'n'), 'quote_accuracy');
select ok((select runs = 1 and graded = 0 and rate is null
    from nightdrop.quote_accuracy where queue = 'c'), 'none graded: no rate');

-- A bundle follows: its lines one after the other, over the end of the window.
update nightdrop.queue_basis set span = '12 s', p95 = '2 s', tail = '3 s',
    lead_s = 0, pace_s = 1, slow = 1, fast = 1, behind = 0, p50 = '1 s'
where queue = 'n';
insert into nightdrop.bundle (id, queue, request, lines, sealed, quote,
    quote_ahead)
select '019a0000-0000-7000-8000-000000000000', 'n', '{}', 20, now(), l, 0
from nightdrop.queue_basis b
    cross join lateral nightdrop.quote_line(b, now()) l where b.queue = 'n';
select results_eq($$select n, q.fits, q.latest - b.next_start < '1 h'
    from nightdrop.bundle u, nightdrop.queue_basis b, unnest(array[1, 11, 12]) n,
	nightdrop.bundle_quote(u, n) q where b.queue = u.queue$$,
    'values (1, true, true), (11, true, true), (12, false, false)',
    'a bundle''s lines, over the end of the window');

select * from finish();
rollback;
