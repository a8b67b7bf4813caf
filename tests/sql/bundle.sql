-- Bundles: many jobs of one request.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(85);

select t.queue('q', '{"priority": 2}');
select t.queue('closed', '{"accepting": false}');
select t.queue('text', '{"media_types": ["text/plain"]}');
select t.queue('tight', '{"max_waiting": 2}');

create function t.bundle(at timestamptz default clock_timestamp())
returns uuid language sql as $$
select nightdrop.bundle_of(t.id(at), 0)
$$;

-- Lines l1, l2, ... of one, sealed.
create function t.sealed(queue text, lines integer, owner text default '')
returns uuid language plpgsql as $$
declare
	b constant uuid := t.bundle();
	bodies constant bytea[] := array(select ('l' || n)::bytea
	    from generate_series(1, lines) n order by n);
begin
	perform nightdrop.bundle_open(b, queue, owner, '{"A": "b"}');
	perform nightdrop.bundle_append(b, 1, bodies,
	    array(select sha256(x) from unnest(bodies) x));
	perform nightdrop.bundle_seal(b, lines, (select
	    sum(octet_length(x)) from unnest(bodies) x), 'd', null);
	return b;
end
$$;

-- What was sealed here, an earlier transaction has sealed (see t.settle).
create function t.expand(worker bigint) returns text language plpgsql as $$
declare
	r record;
begin
	update nightdrop.bundle set since = '3' where since is not null;
	select * into r from nightdrop.bundle_expand(worker, t.token(worker));
	return r.moved || ' ' || r.more;
end
$$;

create function t.state(b uuid) returns text language sql as $$
select format('%s %s: %s %s %s %s', r.verdict, r.status, r.running,
    r.successful, r.failed, r.dismissed)
from nightdrop.bundle_read(b, '', true) r
$$;

-- On its way in.
select t.bundle() as a, t.bundle() as b \gset
select is(right(:'a', 8), '00000000', 'the id of a bundle');
select is(nightdrop.bundle_line(:'a', 258), overlay(:'a' placing '00000102'
    from 29)::uuid, 'the id of a line');
select is(nightdrop.bundle_of(nightdrop.bundle_line(:'a', 258), 258),
    :'a'::uuid, 'and back');
select is(nightdrop.bundle_of(:'a', null), null, 'of a job by itself: none');

select is((select verdict from nightdrop.bundle_open(:'a', 'none', '', '{}')),
    'no_queue', 'no queue');
select is((select verdict from nightdrop.bundle_open(:'a', 'closed', '',
    '{}')), 'closed', 'closed');
select is((select verdict from nightdrop.bundle_open(:'a', 'text', '', '{}')),
    'media_type', 'a line is application/json');
select is((select verdict from nightdrop.bundle_open(
    t.bundle(now() - interval '1 hour'), 'q', '', '{}')), 'clock', 'clock');
select is((select verdict from nightdrop.bundle_open(:'a', 'q', 'ann',
    '{"A": "b"}')), 'ok', 'opened');
select is((select verdict from nightdrop.bundle_open(:'a', 'q', 'ann',
    '{"A": "b"}')), 'ok', 'opened again');
select is((select verdict from nightdrop.bundle_open(:'a', 'q', 'bob',
    '{}')), 'taken', 'somebody else''s');

select is(nightdrop.bundle_append(:'b', 1, array['1'::bytea],
    array[sha256('1')]), false, 'lines of nothing');
select is(nightdrop.bundle_append(:'a', 1, array['1', '22']::bytea[],
    array[sha256('1'), sha256('22')]), true, 'two lines');
select is(nightdrop.bundle_append(:'a', 1, array['1', '22']::bytea[],
    array[sha256('1'), sha256('22')]), true, 'again');
select is(nightdrop.bundle_append(:'a', 4, array['4'::bytea],
    array[sha256('4')]), false, 'a gap');
select is(nightdrop.bundle_append(:'a', 3, array['333'::bytea],
    array[sha256('333')]), true, 'a third');
select results_eq(format($$select line, body
    from nightdrop.job where id > %L and id <= nightdrop.bundle_line(%L, 9)
    order by id$$, :'a', :'a'), $$values (1, '1'::bytea), (2, '22'), (3, '333')$$,
    'in the order of the lines, once each');
select is((select verdict from nightdrop.bundle_read(:'a', 'ann', true)),
    'none', 'not there before the seal');
select is((select verdict from nightdrop.job_read(
    nightdrop.bundle_line(:'a', 1), 'ann', true)), 'none', 'nor its lines');
select is(nightdrop.job_stop(nightdrop.bundle_line(:'a', 1), 'ann', true),
    'none', 'nor to be stopped');
select is_empty('select * from nightdrop.lost_job', 'but not lost');
select is((select status from nightdrop.job_status
    where id = nightdrop.bundle_line(:'a', 1)), 'staged', 'staged');

-- The seal.
select throws_ok(format($$select nightdrop.bundle_seal(%L, 4, 6, 'd', null)$$,
    :'a'), 'ND503', null, 'a line is missing');
select throws_ok(format($$select nightdrop.bundle_seal(%L, 3, 7, 'd', null)$$,
    :'a'), 'ND503', null, 'a byte is missing');
select is((select verdict from nightdrop.bundle_seal(:'b', 1, 1, 'd', null)),
    'none', 'no such bundle');
select results_eq(format($$select verdict, id, queue, status, lines, size,
    running, quote_ahead from nightdrop.bundle_seal(%L, 3, 6, 'd', 'key')$$,
    :'a'), format($$values ('ok', %L::uuid, 'q', 'accepted', 3, 6::bigint,
    0::bigint, 2::bigint)$$, :'a'), 'sealed');
select is(t.counted('q'), 3::bigint, 'its lines wait');
select results_eq(format($$select verdict, id
    from nightdrop.bundle_seal(%L, 3, 6, 'd', 'key')$$, :'a'),
    format($$values ('ok', %L::uuid)$$, :'a'), 'sealed again: the same');
select is(t.counted('q'), 3::bigint, 'counted once');
select is(nightdrop.bundle_append(:'a', 4, array['4'::bytea],
    array[sha256('4')]), false, 'no more lines');
select is((select verdict from nightdrop.bundle_open(:'a', 'q', 'ann', '{}')),
    'taken', 'nor opened again');
select is(nightdrop.bundle_abort(:'a'), false, 'not to be aborted');
select is((select count(*) from nightdrop.job)::integer, 3, 'nothing is gone');
select results_eq(format($$select status, attempt, size, quote_ahead,
    accepted = (select sealed from nightdrop.bundle), type
    from nightdrop.job_read(nightdrop.bundle_line(%L, 2), 'ann', false)$$,
    :'a'), $$values ('accepted', 0, 2::bigint, 1::bigint, true,
    'application/json')$$, 'a line has a monitor');
select is((select verdict from nightdrop.job_response(
    nightdrop.bundle_line(:'a', 2), 'ann', false)), 'unfinished',
    'and no response');
select is((select verdict from nightdrop.bundle_read(:'a', 'bob', true)),
    'none', 'not somebody else''s');
select is_empty('select * from nightdrop.lost_job', 'not lost');
select is((select min(status) from nightdrop.job_status), 'waiting',
    'waiting, for the DBA');
select is((select oldest_waiting from nightdrop.health()),
    (select sealed from nightdrop.bundle), 'health knows it');

-- The key, with another bundle; and where a job had it.
select nightdrop.bundle_open(:'b', 'q', 'ann', '{}');
select nightdrop.bundle_append(:'b', 1, array['1'::bytea],
    array[sha256('1')]);
select is((select verdict from nightdrop.bundle_seal(:'b', 1, 1, 'e', 'key')),
    'key_conflict', 'the key made another');
select is((select id from nightdrop.bundle_seal(:'b', 1, 1, 'd', 'key')),
    :'a'::uuid, 'the key made this one');
select is((select verdict from nightdrop.job_accept(t.id(), 'q', 'ann', '{}',
    null, 'x', 'd', 'key')), 'key_conflict', 'not the key of a job');
select results_eq($$select what from nightdrop.upkeep()
    where what like 'bun%'$$,
    $$values ('bundles: 1 that were not sealed swept')$$, 'swept');
select is((select count(*) from nightdrop.job)::integer, 3, 'with its lines');
select t.bundle() as b \gset
select nightdrop.bundle_open(:'b', 'tight', '', '{}');
select nightdrop.bundle_append(:'b', 1, array['1', '2', '3']::bytea[],
    array[sha256('1'), sha256('2'), sha256('3')]);
select results_eq(format($$select verdict, limit_value
    from nightdrop.bundle_seal(%L, 3, 3, 'd', 'k')$$, :'b'),
    $$values ('backlog', 2::bigint)$$, 'judged again, all of it');
select is((select count(*) from nightdrop.idempotency_key)::integer, 1,
    'its key is free');
select is(nightdrop.bundle_abort(:'b'), false, 'aborted in one piece');
select is((select count(*) from nightdrop.job)::integer, 3, 'and gone');

-- A line by itself, and a run.
select is(nightdrop.job_stop(nightdrop.bundle_line(:'a', 2), 'ann', false),
    'dismissed', 'one line is dismissed');
select is(nightdrop.job_stop(nightdrop.bundle_line(:'a', 2), 'ann', false),
    'already', 'again');
select is(t.counted('q'), 2::bigint, 'two wait');
select nightdrop.counter_reconcile(array['q']);
select is(t.counted('q'), 2::bigint, 'which is true');
select t.open() as w, pg_current_xact_id()::text as x \gset
select is((select waiting_at_open from nightdrop.run), 2::bigint,
    'the run knows them');
update nightdrop.bundle set since = (:'x'::bigint + 1000)::text::xid8;
select is((select moved || ' ' || more from nightdrop.bundle_expand(:w,
    t.token(:w))), '0 false', 'sealed after the cutoff: the next run''s');
select is(t.expand(:w), '3 false', 'moved on');
select is(t.expand(:w), '0 false', 'once');
select results_eq('select id, priority, position from nightdrop.waiting order by id',
    format($$select nightdrop.bundle_line(%L, n), 2, sealed - interval '2 h'
    from nightdrop.bundle, unnest('{1, 3}'::integer[]) n$$, :'a'),
    'the two, at the bundle''s place');
select is_empty('select * from nightdrop.lost_job', 'not lost');
select is(t.counted('q'), 2::bigint, 'counted as before');
select results_eq(format($$select id, body,
    request::jsonb, accepted = (select sealed from nightdrop.bundle)
    from t.turn(%s, want => 1) where kind = 'claim'$$, :w),
    format($$values (nightdrop.bundle_line(%L, 1), '1'::bytea, '{"A": "b"}'::jsonb,
    true)$$, :'a'), 'claimed with what the bundle was sent with');
select is(t.start(:w, nightdrop.bundle_line(:'a', 1)), 'ok', 'started');
select results_eq(format($$select status, running, dismissed
    from nightdrop.bundle_read(%L, 'ann', false)$$, :'a'),
    $$values ('running', 1::bigint, 1::bigint)$$, 'it runs');
select t.finish(:w, nightdrop.bundle_line(:'a', 1), 1, 'successful') \g /dev/null
select t.start(:w, nightdrop.bundle_line(:'a', 3)) \g /dev/null
select t.finish(:w, nightdrop.bundle_line(:'a', 3), 1, 'failed', 404) \g /dev/null
select results_eq(format($$select status, running, successful, failed,
    dismissed, finished is not null, expires > now()
    from nightdrop.bundle_read(%L, 'ann', false)$$, :'a'),
    $$values ('failed', 0::bigint, 1::bigint, 1::bigint, 1::bigint, true,
    true)$$, 'it has ended');
select results_eq(format($$select line, status, code
    from nightdrop.bundle_jobs(%L, 'ann', false, 0, 10)$$, :'a'),
    $$values (1, 'successful', 200), (2, 'dismissed', 410),
    (3, 'failed', 404)$$, 'its members');
select results_eq(format($$select line, status, body, by
    from nightdrop.bundle_responses(%L, 'ann', false, 1, 10, 1000)$$, :'a'),
    $$values (2, 410, ''::bytea, 'client'), (3, 404, 'answer', 'handler')$$,
    'its answers behind a line');
select is((select count(*) from nightdrop.bundle_responses(:'a', 'ann', false,
    0, 10, 0))::integer, 1, 'one at least');
select is_empty(format($$select from nightdrop.bundle_responses(%L, 'bob',
    true, 0, 10, 0)$$, :'a'), 'not for others');
select is((select balanced from nightdrop.run_leave(:w, t.token(:w))), true,
    'in balance');
select is((select count(*) from nightdrop.bundle_tally)::integer, 1,
    'sums are folded');
select isnt((select finished from nightdrop.bundle), null, 'its end is noted');

-- A bundle dismissed: some in line, one reserved, one running; then before
-- any run.
select t.sealed('q', 5) as c \gset
select t.open() as w \gset
select t.expand(:w) \g /dev/null
select t.start(:w, nightdrop.bundle_line(:'c', 1)) \g /dev/null
select is(t.state(:'c'), 'ok running: 1 0 0 0', 'all in hand, one runs');
select t.sealed('q', 5) as d \gset
select results_eq(format($$select more, running
    from nightdrop.bundle_stop(%L, '', true)$$, :'c'),
    $$values (false, 5::bigint)$$, 'those in hand are told');
select results_eq(format($$select verdict, more, running
    from nightdrop.bundle_stop(%L, '', true)$$, :'d'),
    $$values ('ok', false, 0::bigint)$$, 'those in line are dismissed');
select is(t.state(:'d'), 'ok dismissed: 0 0 0 5', 'all of them');

-- The key outlives what can be fetched: the answer is still the first one.
update nightdrop.bundle set expires = now() - interval '1 s' where id = :'a';
select is((select verdict from nightdrop.bundle_read(:'a', 'ann', true)),
    'gone', 'kept no longer');
select t.bundle() as b \gset
select nightdrop.bundle_open(:'b', 'q', 'ann', '{}');
select results_eq(format($$select verdict, id
    from nightdrop.bundle_seal(%L, 1, 1, 'd', 'key')$$, :'b'),
    format($$values ('ok', %L::uuid)$$, :'a'), 'but its key is known');

-- Quotas and permissions.
select t.queue('ours', '{"submitters": ["ann"], "max_waiting_owner": 3}');
select is((select verdict from nightdrop.bundle_open(t.bundle(), 'ours', '',
    '{}')), 'nobody', 'from owners only');
select is((select verdict from nightdrop.bundle_open(t.bundle(), 'ours', 'bob',
    '{}')), 'forbidden', 'from those named only');
select t.sealed('ours', 2, 'ann') as g, t.bundle() as h \gset
select is((select verdict from nightdrop.bundle_open(:'h', 'ours', 'ann',
    '{}')), 'ok', 'one more may wait');
select nightdrop.bundle_append(:'h', 1, array['1', '2']::bytea[],
    array[sha256('1'), sha256('2')]);
select results_eq(format($$select verdict, limit_value
    from nightdrop.bundle_seal(%L, 2, 2, 'd', null)$$, :'h'),
    $$values ('quota', 3::bigint)$$, 'two may not');
select throws_ok(format($$select nightdrop.job_dismiss(%L, 'why')$$,
    nightdrop.bundle_line(:'h', 1)), 'ND404', null,
    'what is not sealed is not there for the operator either');
select is(t.counted('ours'), 2::bigint, 'and does not count');
select t.open(array['ours']) as w \gset
select t.expand(:w) \g /dev/null
select is(nightdrop.quota_check(t.id(), 'ours', 'ann', 2), 3::bigint,
    'they count when they are in line');

-- Many small ones: not a call for each of them.
select t.queue('many');
select count(t.sealed('many', 2)) as made from generate_series(1, 30) \gset
select t.open(array['many']) as w \gset
select is(t.expand(:w), '60 false', 'all in one call');

-- A held one goes back to the place that its own priority gave it.
select id as l from nightdrop.waiting where queue = 'many' order by id limit 1 \gset
select nightdrop.job_reprioritise(:'l', 7, 'x');
select position as was from nightdrop.waiting where id = :'l' \gset
select nightdrop.job_hold(:'l', 'x');
select nightdrop.job_release(:'l', 'x');
select is((select position from nightdrop.waiting where id = :'l'),
    :'was'::timestamptz, 'held and released: where it was');

select * from finish();
rollback;
