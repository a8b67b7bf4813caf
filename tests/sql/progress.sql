-- Progress into the monitor, and the DBA's dismissal.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(19);

select t.queue('q');
select t.accept('q') as a, t.accept('q') as b, t.accept('q') as c \gset
select t.open() as w \gset
select from t.turn(:w, want => 2) \g /dev/null
select from t.turn(:w, starts => array[:'a'::uuid], attempts => '{1}') \g /dev/null
create function pg_temp.said(id uuid) returns text language sql as
$$select progress from nightdrop.job_read(id, '', true)$$;
select version as before from nightdrop.job_read(:'a', '', true) \gset

select nightdrop.progress_put(:w, t.token(:w), array[:'a', :'b', :'c']::uuid[],
    '{1, 0, 1}', '{40 resizing, no, no}');
select is(pg_temp.said(:'a'), '40 resizing', 'a running job''s word is in its monitor');
select isnt((select version from nightdrop.job_read(:'a', '', true)), :'before',
    'and changes its version');
select is(pg_temp.said(:'b'), null, 'not one that is reserved');
select nightdrop.progress_put(:w, t.token(:w), array[:'a'::uuid], '{2}', '{no}');
select is(pg_temp.said(:'a'), '40 resizing', 'nor of another attempt');
select nightdrop.progress_put(:w, t.token(:w), array[:'a'::uuid], '{1}',
    array[repeat('ä', 1000)]);
select is(pg_temp.said(:'a'), repeat('ä', 200), 'it is bounded');
select throws_ok(format('select nightdrop.progress_put(%s, gen_random_uuid(),
    array[%L::uuid], ''{1}'', ''{x}'')', :w, :'a'), 'ND401', null,
    'with the worker''s token only');
select nightdrop.worker_join(run, 1, 'host', 43, '/run/other', gen_random_uuid(), null, 300)
    as other from nightdrop.worker where id = :w \gset
select nightdrop.progress_put(:other, t.token(:other), array[:'a'::uuid], '{1}', '{x}');
select is(pg_temp.said(:'a'), repeat('ä', 200), 'and not by another worker');

-- job_dismiss.
select throws_ok(format('select nightdrop.job_dismiss(%L, '' '')', :'c'), 'ND422',
    null, 'a verb wants a reason');
select throws_ok('select nightdrop.job_dismiss(gen_random_uuid(), ''x'')', 'ND404',
    null, 'no such job');
select is(nightdrop.job_dismiss(:'c', 'wrong file'),
    format('job %s is dismissed: 410 by operator', :'c'), 'one that waits');
select is(t.place(:'c'), 'dismissed 410 by operator', 'is final');
select is(nightdrop.job_dismiss(:'c', 'again'),
    format('job %s was dismissed before', :'c'), 'again');
select matches(nightdrop.job_dismiss(:'a', 'wrong file'), 'in a worker''s hands',
    'one that runs');
select is((select n.kind from t.turn(:w) n), 'stop', 'its worker is told');
select t.finish(:w, :'a', 1, 'successful') \g /dev/null
select is(t.place(:'a'), 'dismissed 410 by operator', 'and it is final');
select throws_ok(format('select nightdrop.job_dismiss(%L, ''x'')',
    (select id from nightdrop.response where outcome <> 'dismissed'
    union all select gen_random_uuid() limit 1)), 'ND404', null, 'too late');
select matches(nightdrop.job_dismiss(:'b', 'not begun'), 'in a worker''s hands',
    'one that is reserved');
select is((select n.verdict from t.turn(:w, starts => array[:'b'::uuid],
    attempts => '{1}') n where n.kind = 'start'), 'stop', 'never starts');
select is((select string_agg(reason, ', ' order by at) from nightdrop.audit
    where verb = 'job_dismiss' and object = 'job ' || :'a'), 'wrong file',
    'each is recorded');

select * from finish();
rollback;
