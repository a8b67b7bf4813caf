-- The quote: from the basis alone, honest where there is no history.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(26);

-- The formula.
prepare q(integer, timestamptz, interval, timestamptz, integer, bigint) as
select earliest, likely, latest, fits, basis from nightdrop.quote($1, $2, $3,
    $4, $5, '10 s', '20 s', $6, '2026-01-01 12:00+00');
select results_eq($$execute q(1, null, null, null, 4, 0)$$,
    $$values (null::timestamptz, null::timestamptz, null::timestamptz, true,
    'no history: fewer than two runs so far')$$, 'one run is no history');
select results_eq($$execute q(5, '2026-01-02 02:00+00', '1 day', null, 4, 0)$$,
    $$values ('2026-01-02 02:00+00'::timestamptz,
    '2026-01-02 02:00:10+00'::timestamptz,
    '2026-01-02 02:01:20+00'::timestamptz, true, 'the last 5 runs')$$,
    'the next start');
select results_eq($$execute q(5, '2026-01-02 02:00+00', '1 day', null, 4, 9)$$,
    $$values ('2026-01-02 02:00:20+00'::timestamptz,
    '2026-01-02 02:00:30+00'::timestamptz,
    '2026-01-02 02:02:00+00'::timestamptz, true, 'the last 5 runs')$$,
    'nine ahead in four slots: two waves');
select results_eq($$execute q(5, '2025-12-30 02:00+00', '1 day', null, 4, 0)$$,
    $$values ('2026-01-02 02:00+00'::timestamptz,
    '2026-01-02 02:00:10+00'::timestamptz,
    '2026-01-02 02:01:20+00'::timestamptz, true, 'the last 5 runs')$$,
    'a start that has passed: the next by the interval');
select results_eq($$execute q(5, '2026-01-02 02:00+00', '1 day',
    '2026-01-01 12:01+00', 4, 0)$$,
    $$values ('2026-01-01 12:01+00'::timestamptz,
    '2026-01-01 12:01:10+00'::timestamptz,
    '2026-01-01 12:02:20+00'::timestamptz, true, 'the last 5 runs')$$,
    'accepted before the open run''s cutoff: this run');
select results_eq($$execute q(5, '2026-01-02 02:00+00', '1 day',
    '2026-01-01 11:59+00', 4, 0)$$,
    $$values ('2026-01-02 02:00+00'::timestamptz,
    '2026-01-02 02:00:10+00'::timestamptz,
    '2026-01-02 02:01:20+00'::timestamptz, true, 'the last 5 runs')$$,
    'after it: the next');
select lives_ok($$execute q(5, '2026-01-02 02:00+00', '1 day', null, 1,
    9000000000000000000)$$, 'an absurd backlog');
select lives_ok($$execute q(5, '2025-01-02 02:00+00', '0', null, 0, 5)$$,
    'an absurd basis');
select results_eq($$select earliest, basis from nightdrop.quote(3,
    '2026-01-02 02:00+00', '1 day', null, 4, null, null, 0,
    '2026-01-01 12:00+00')$$, $$values (null::timestamptz,
    'no history: no job has been finished yet')$$, 'runs, but no durations');

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
select results_eq('select runs, every, next_start, p50, p95, slots, opened from nightdrop.queue_basis',
    $$values (3, interval '1 day', now(), interval '30 s', interval '30 s', 4,
    null::timestamptz)$$, 'three runs: the basis');
update nightdrop.queue_basis set next_start = now() + interval '12 hours';
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
