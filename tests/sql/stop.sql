-- A job that is dismissed between claim and start never runs.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(12);

select t.queue('q');
select t.accept('q') as a, t.accept('q') as b, t.accept('q') as c \gset
select t.open() as w \gset
select n.id from t.turn(:w, want => 10) n;
select is(nightdrop.job_stop(:'a', '', true), 'stopping', 'a reserved job');
select is(nightdrop.job_stop(:'a', '', true), 'stopping', 'again');
select results_eq(format('select status, attempt, message from nightdrop.job_read(%L, '''', true)',
    :'a'), $$values ('accepted', 0, 'being dismissed by the client')$$,
    'the monitor says so');
select set_eq(format($$select id, verdict from t.turn(%s,
    starts => array[%L, %L]::uuid[], attempts => '{1, 1}')
    where kind = 'start'$$, :w, :'a', :'b'),
    format($$values (%L::uuid, 'stop'), (%L::uuid, 'ok')$$, :'a', :'b'),
    'its start is refused, its neighbour''s is not');
select is(t.place(:'a'), 'dismissed 410 by client', 'it is final');
select is((select count(*) from nightdrop.attempt)::integer, 0,
    'and was never tried');
select is((select dismissed from nightdrop.run), 1::bigint, 'the ledger has it');
select is((select n.verdict from t.turn(:w, starts => array[:'a'::uuid],
    attempts => '{1}') n where n.kind = 'start'), 'stale',
    'started again: there is nothing');

-- Given back while somebody wants it stopped.
select is(nightdrop.job_stop(:'c', '', true), 'stopping', 'another reserved one');
select is(nightdrop.give_back(:w, t.token(:w), array[:'c'::uuid], '{false}'),
    1::bigint, 'given back');
select is(t.place(:'c'), 'dismissed 410 by client', 'it does not wait again');
select t.finish(:w, :'b', 1, 'successful') \g /dev/null
select is((select balanced from nightdrop.run_leave(:w, t.token(:w))), true,
    'in balance');

select * from finish();
rollback;
