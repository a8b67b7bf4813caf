-- The quote: from the basis alone, honest where there is no history.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(35);

-- The formula.
prepare q(double precision, double precision, double precision, bigint) as
select earliest, likely, latest, fits from nightdrop.quote(row(
    '2026-01-02 02:00+00', array['2026-01-03 02:00+00', '2026-01-05 02:00+00'
    ]::timestamptz[], $1, 0.5, 2, $2, $3, '10 s',
    '80 s', 'basis')::nightdrop.quote_line, $4);
create function pg_temp.at(night integer, s double precision)
returns timestamptz language sql as $$
select '2026-01-01 02:00+00'::timestamptz + night * interval '1 day'
    + s * interval '1 s'
$$;
select results_eq('execute q(null, 0, 5, 0)',
    'values (pg_temp.at(1, 0), pg_temp.at(1, 10), pg_temp.at(1, 80), true)',
    'nobody ahead: from the start');
select results_eq('execute q(null, 40, 5, 12)',
    'values (pg_temp.at(1, 50), pg_temp.at(1, 110), pg_temp.at(1, 280), true)',
    'others'' work and its own queue''s ahead; faster and slower');
select results_eq('execute q(null, -15, 5, 3)',
    'values (pg_temp.at(1, 0), pg_temp.at(1, 10), pg_temp.at(1, 80), true)',
    'slots that are free at the start');
select results_eq('execute q(300, 40, 5, 12)',
    'values (pg_temp.at(1, 50), pg_temp.at(1, 110), pg_temp.at(1, 280), true)',
    'the window has room');
select results_eq('execute q(180, 40, 5, 12)',
    'values (pg_temp.at(1, 50), pg_temp.at(1, 110), pg_temp.at(2, 100), false)',
    'it may not have: latest is the following run''s');
select results_eq('execute q(80, 40, 5, 12)',
    'values (pg_temp.at(1, 50), pg_temp.at(2, 30), pg_temp.at(4, 120), false)',
    'it has not: so is likely, and latest that of the one after');
select results_eq('execute q(40, 0, 10, 12)',
    'values (pg_temp.at(2, 20), pg_temp.at(4, 10), pg_temp.at(7, 80), false)',
    'over the weekend, and then by the first two starts');
select lives_ok('execute q(null, 0, 5, 9000000000000000000)',
    'an absurd backlog');
select lives_ok('execute q(1, 0, 5, 9000000000000000000)',
    'and an absurd window');

-- The start, from the basis.
create function pg_temp.line(accepted timestamptz, b jsonb)
returns setof nightdrop.quote_line language sql as $$
select l.* from nightdrop.quote_line(jsonb_populate_record(
    null::nightdrop.queue_basis, '{"runs": 5, "every": "1 day",
    "next_start": "2026-01-02 02:00+00", "starts": ["2026-01-02 02:00+00",
    "2026-01-05 02:00+00"], "slack": "3 min", "p50": "10 s", "p95": "20 s",
    "tail": "30 s", "span": "1 h"}' || b), accepted) l
$$;
select results_eq($$select start, following, room_s, tail, basis
    from pg_temp.line('2026-01-01 12:00+00', '{}')$$,
    $$values (pg_temp.at(1, 0), array[pg_temp.at(4, 0)], 3580::double precision,
    interval '3 min 30 s', 'the last 5 runs')$$, 'the next start');
select results_eq($$select start, following
    from pg_temp.line('2026-01-02 12:00+00', '{}')$$,
    'values (pg_temp.at(4, 0), array[pg_temp.at(5, 0)])',
    'one that has passed: the one after it');
select results_eq($$select start, following
    from pg_temp.line('2026-01-07 12:00+00', '{}')$$,
    'values (pg_temp.at(7, 0), array[pg_temp.at(8, 0)])',
    'all have passed: by the interval');
select results_eq($$select start, following, room_s, tail
    from pg_temp.line('2026-01-01 12:00+00', '{"opened":
    "2026-01-01 12:00+00", "closes": "2026-01-01 12:30+00"}')$$,
    $$values ('2026-01-01 12:00+00'::timestamptz, array[pg_temp.at(1, 0),
    pg_temp.at(4, 0)],
    1780::double precision, interval '1 min 30 s')$$,
    'accepted before the open run''s cutoff: this run, and its window');
select results_eq($$select start from pg_temp.line('2026-01-01 12:00:01+00',
    '{"opened": "2026-01-01 12:00+00"}')$$, 'values (pg_temp.at(1, 0))',
    'after it: the next');
select results_eq($$select room_s from pg_temp.line('2026-01-01 12:00+00',
    '{"p95": "2 h"}')$$, 'values (360::double precision)',
    'longer than the window: it is started first');
select results_eq($$select start, basis from pg_temp.line(
    '2026-01-01 12:00+00', '{"starts": [], "next_start": null}')$$,
    $$values (null::timestamptz, 'no history: fewer than two runs so far')$$,
    'no run is known');
select results_eq($$select start, basis from pg_temp.line(
    '2026-01-01 12:00+00', '{"p50": null}')$$,
    $$values (null::timestamptz, 'no history: no job has been finished yet')$$,
    'runs, but no durations');
select lives_ok($$select pg_temp.line('2026-01-01 12:00+00', '{"every": "0",
    "starts": []}')$$, 'an absurd basis');

-- Over runs.
select t.queue('q', '{"backoff": "1 hour"}');
create function pg_temp.run(ago interval) returns void language plpgsql as $$
declare
	w bigint;
	j uuid;
	r bigint;
begin
	j := t.accept('q');
	w := t.open();
	select run into r from nightdrop.worker where id = w;
	perform t.start(w, j);
	update nightdrop.run set opened = now() - ago where id = r;
	perform from nightdrop.turn(w, t.token(w), array[j], '{1}',
	    '{successful}', '{200}', '{OK}', '{handler}', array['[]'::json],
	    '{1}', array['x'::bytea], '{0}', '{null}', array[null::bytea],
	    '{-1}', array[now() - interval '30 s'], array[now()], '{}', '{}',
	    0, 0, '{}', '{}', '{}');
	perform nightdrop.run_leave(w, t.token(w));
end
$$;
select t.accept('q') as first \gset
select is((select quote_earliest from nightdrop.job where id = :'first'), null,
    'no run yet: no times');
select pg_temp.run('3 days');
select is((select runs from nightdrop.queue_basis), 1, 'one run');
select is((select next_start from nightdrop.queue_basis), null, 'is no rhythm');
select pg_temp.run('2 days'), pg_temp.run('1 day');
select results_eq($$select runs, every, next_start - now(), p50, p95, tail,
    cost_s, pace_s, lead_s, slots, opened from nightdrop.queue_basis$$,
    $$values (3, interval '1 day', interval '1 day', interval '30 s',
    interval '30 s', interval '30 s', 30::double precision,
    7.5::double precision, -22.5::double precision, 4, null::timestamptz)$$,
    'three runs: the basis');
update nightdrop.queue_basis set starts = array[now() + interval '12 hours'],
    next_start = now() + interval '12 hours', slack = '1 min';
select t.accept('q') as a \gset
select results_eq(format($$select quote_earliest, quote_likely, quote_latest,
    quote_fits, quote_basis from nightdrop.job where id = %L$$, :'a'),
    $$select now() + interval '12 hours', now() + interval '12 hours 30 s',
    now() + interval '12 hours 90 s', true, 'the last 3 runs'$$,
    'the first quote is stored');
select results_eq(format($$select quote_earliest, quote_ahead, version
    from nightdrop.job_read(%L, '', true)$$, :'a'),
    format($$select now() + interval '12 hours', quote_ahead, 'a1.0.' || b.version
    from nightdrop.job j, nightdrop.queue_basis b where j.id = %L$$, :'a'),
    'and shown while the basis is the same');

-- A run opens: computed again.
select version as v from nightdrop.job_read(:'a', '', true) \gset
select t.open() as w \gset
select isnt((select version from nightdrop.job_read(:'a', '', true)), :'v',
    'a run opens: another version');
select is((select quote_earliest from nightdrop.job_read(:'a', '', true)),
    (select cut from nightdrop.run order by id desc limit 1),
    'it is this run''s');
select is((select quote_earliest from nightdrop.job where id = :'a'),
    now() + interval '12 hours', 'the first one is kept');
select t.accept('q') as after \gset
select ok((select quote_earliest > now() + interval '1 hour'
    from nightdrop.job_read(:'after', '', true)),
    'who comes after the cutoff waits for the next');
select t.start(:w, :'a') \g /dev/null
select results_eq(format($$select quote_ahead, quote_likely - started,
    quote_latest - started, quote_basis from nightdrop.job_read(%L, '', true)$$, :'a'),
    $$values (0::bigint, interval '30 s', interval '30 s', 'the last 3 runs')$$,
    'while it runs: from its start');
select t.finish(:w, :'a', 1, 'retry', 503) \g /dev/null
select ok((select r.quote_earliest >= w.not_before
    from nightdrop.job_read(:'a', '', true) r, nightdrop.waiting w
    where w.id = :'a'), 'put back: not before it may be tried');
select nightdrop.job_stop(:'a', '', true);
select is((select quote_earliest from nightdrop.job_read(:'a', '', true)),
    now() + interval '12 hours', 'final: the first one, to be graded');
select nightdrop.run_leave(:w, t.token(:w));

-- Those ahead have left.
select t.accept('q') as b \gset
select quote_ahead as ahead from nightdrop.job where id = :'b' \gset
select t.open() as w \gset
select n.id from t.turn(:w, want => 1) n;
select id as one from nightdrop.running \gset
select t.turn(:w, starts => array[:'one'::uuid], attempts => '{1}') \g /dev/null
select t.finish(:w, :'one', 1, 'successful') \g /dev/null
select nightdrop.run_leave(:w, t.token(:w));
select is((select quote_ahead from nightdrop.job_read(:'b', '', true)),
    greatest(:ahead - 1, 0)::bigint, 'those who left are no longer ahead');
select is((select v1.version from nightdrop.job_read(:'b', '', true) v1),
    (select v2.version from nightdrop.job_read(:'b', '', true) v2),
    'asked twice: the same version');
select is((select r::text from nightdrop.job_read(:'b', '', true) r),
    (select r::text from nightdrop.job_read(:'b', '', true) r),
    'and the same document');
select t.accept('q');
select is((select r.version from nightdrop.job_read(:'b', '', true) r),
    (select 'a1.0.' || version from nightdrop.queue_basis),
    'other people''s jobs do not change it');

select * from finish();
rollback;
