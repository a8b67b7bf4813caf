-- What the DBA does to jobs, workers and queues.
--
-- SPDX-License-Identifier: ISC

begin;
select no_plan();
select t.queue('r');
select t.queue('other', '{"priority": 5}');

create temp table v (name text primary key, id uuid);
create function pg_temp.v(text) returns uuid language sql as $$
select id from v where name = $1 $$;

-- hold, release
insert into v values ('a', t.accept('r')), ('b', t.accept('r'));
select throws_ok($$select nightdrop.job_hold(t.id(), 'x')$$, 'ND404', null,
    'hold: no such job');
select throws_ok($$select nightdrop.job_hold(pg_temp.v('a'), ' ')$$, 'ND422',
    null, 'hold: not without a reason');
select matches(nightdrop.job_hold(pg_temp.v('a'), 'wrong price'), 'held\. No run',
    'held');
select matches(nightdrop.job_hold(pg_temp.v('a'), 'again'), 'is held already',
    'once');
create temp table k (worker bigint);
insert into k values (t.open('{r}'));
select results_eq($$select c.kind, c.id from t.turn((select worker from k), want => 10) c$$,
    $$values ('claim', pg_temp.v('b'))$$, 'a held job is not claimed');
select results_eq($$select c.kind, c.due from t.turn((select worker from k), want => 10) c$$,
    $$values ('idle', null::timestamptz)$$, 'nor waited for');
select is(t.place(pg_temp.v('a')), 'waiting', 'it waits');
select matches(nightdrop.job_release(pg_temp.v('a'), 'right after all'),
    'released', 'released');
select matches(nightdrop.job_release(pg_temp.v('a'), 'x'), 'is not held',
    'once');
select results_eq($$select w.again, w.position, w.not_before
    from nightdrop.waiting w where w.id = pg_temp.v('a')$$,
    $$select false, j.accepted, '-infinity'::timestamptz
    from nightdrop.job j where j.id = pg_temp.v('a')$$,
    'at the place that it had');
select throws_ok($$select nightdrop.job_hold(pg_temp.v('b'), 'x')$$, 'ND409',
    format('job %s is in a worker''s hands', pg_temp.v('b')),
    'hold: not what is in hand');
select results_eq($$select c.id from t.turn((select worker from k), want => 10) c
    where c.kind = 'claim'$$, $$values (pg_temp.v('a'))$$, 'released: claimed');

-- worker_expire
select throws_ok($$select nightdrop.worker_expire(0, 'x')$$, 'ND404', null,
    'expire: no such worker');
select is((select n.verdict from t.turn((select worker from k),
    starts => array[pg_temp.v('b')], attempts => '{1}') n
    where n.kind = 'start'), 'ok', 'one has started');
select matches(nightdrop.worker_expire((select worker from k), 'burnt'),
    'takes back 1 jobs that had started, an attempt charged, and 1 that had not',
    'expired, in words');
select throws_ok($$select * from t.turn((select worker from k), want => 1)$$,
    'ND401', null, 'it can do nothing more');
insert into k values (t.open('{r}'));
delete from k where worker <> (select max(worker) from k);
select is((select lost from nightdrop.worker where pid = 42 order by id limit 1),
    false, 'not lost before somebody recovers');
select results_eq($$select requeued, charged from nightdrop.recover(
    (select worker from k), t.token((select worker from k)), '{}')$$,
    $$values (1::bigint, 1::bigint)$$, 'the next takes back what it had');
select results_eq($$select failures, lost from nightdrop.waiting
    where id = pg_temp.v('b')$$, $$values (1, true)$$, 'charged');

-- reprioritise
insert into v values ('c', t.accept('r'));
select throws_ok($$select nightdrop.job_reprioritise(pg_temp.v('c'), 1001, 'x')$$,
    'ND422', null, 'a priority has limits');
select matches(nightdrop.job_reprioritise(pg_temp.v('c'), 7, 'boss'),
    'priority is now 7 \(was 0\); 0 before it', 'first in line');
select matches(nightdrop.job_reprioritise(pg_temp.v('c'), 7, 'boss'),
    'already', 'once');
select is((select position from nightdrop.waiting where id = pg_temp.v('c')),
    (select accepted - interval '7 hours' from nightdrop.job
    where id = pg_temp.v('c')), 'by the queue''s aging');
select is((select reach from nightdrop.queue_basis where queue = 'r'),
    interval '0', 'a claim looks as far as before');
select matches(nightdrop.job_reprioritise(pg_temp.v('c'), -3, 'boss'),
    'was 7', 'last in line');
select is((select reach from nightdrop.queue_basis where queue = 'r'),
    interval '3 hours', 'and a claim looks there');
select t.settle();

-- requeue
select throws_ok($$select nightdrop.job_requeue(pg_temp.v('c'), 'x')$$, 'ND409',
    null, 'requeue: not before its end');
select is(t.start((select worker from k), pg_temp.v('a')), 'ok', 'a starts');
select is(t.finish((select worker from k), pg_temp.v('a'), 1, 'failed', 422),
    'recorded failed', 'and fails');
select matches(nightdrop.job_requeue(pg_temp.v('a'), 'program mended'),
    'waits again \(round 2; it had failed with 422\)', 'requeued, in words');
select is(t.place(pg_temp.v('a')), 'waiting failed 422 by handler', 'it waits');
select is((select status from nightdrop.job_status where id = pg_temp.v('a')),
    'waiting', 'for everybody');
select is((select status from nightdrop.job_read(pg_temp.v('a'), '', true)),
    'accepted', 'for its client too');
select is_empty($$select * from nightdrop.failed_job where id = pg_temp.v('a')$$,
    'it has not failed any more');
select is_empty('select * from nightdrop.lost_job', 'no job is lost');
select throws_ok($$select nightdrop.job_requeue(pg_temp.v('a'), 'x')$$, 'ND409',
    null, 'not twice');
select t.settle();
update nightdrop.run set cutoff = pg_current_snapshot(), cut = clock_timestamp()
where closed is null;
select is(t.start((select worker from k), pg_temp.v('a'), 2), 'ok',
    'its second life starts');
select is(t.finish((select worker from k), pg_temp.v('a'), 2, 'successful'),
    'recorded successful', 'and ends');
select results_eq($$select round, status::integer from nightdrop.response
    where id = pg_temp.v('a') order by round$$,
    $$values (1, 422), (2, 200)$$, 'each round has its answer');
select is((select outcome_status from nightdrop.job_read(pg_temp.v('a'), '',
    true)), 200, 'its client gets the last');
select results_eq($$select round, reason from nightdrop.requeue$$,
    $$values (2, 'program mended')$$, 'it is on record');

-- explain
select matches(array_to_string(array(select nightdrop.explain_job(pg_temp.v('a'))), E'\n'),
    'It ended .*successful, 200.*Attempt 2.*Attempt 1.*failed with 422.*Requeued .*program mended',
    'explain: what became of it');
select matches(array_to_string(array(select nightdrop.explain_job(t.id())), E'\n'),
    'There is no job', 'explain: none');
select nightdrop.queue_hold('other', 'x');
insert into v values ('o', t.accept('other', 'anna'));
select matches(array_to_string(array(select nightdrop.explain_job(pg_temp.v('o'))), E'\n'),
    'of anna.*0 jobs are before it.*queue is held.*No run is open. When the next one comes is not known',
    'explain: a held queue');
select matches(array_to_string(array(select nightdrop.explain_job(pg_temp.v('b'))), E'\n'),
    'Reserved|worker|lost', 'explain: what was lost');

-- erase, purge
select throws_ok($$select nightdrop.erase(pg_temp.v('o'), 'gdpr')$$, 'ND409',
    null, 'erase: not before its end');
select matches(nightdrop.erase(pg_temp.v('a'), 'asked for'),
    'erased \([0-9]+ bytes\)', 'erased');
select results_eq($$select body, owner::text collate "default", request::text, digest from nightdrop.job
    where id = pg_temp.v('a')$$, $$values (''::bytea, '', '{}', null::bytea)$$,
    'nothing is left');
select is_empty($$select from nightdrop.attempt where id = pg_temp.v('a')
    and log is not null$$, 'of its logs neither');
select is((select verdict from nightdrop.job_read(pg_temp.v('a'), '', true)),
    'gone', 'its client gets 410');
select throws_ok($$select nightdrop.job_requeue(pg_temp.v('a'), 'x')$$, 'ND409',
    null, 'and it is not run again');
select is_empty('select * from nightdrop.lost_job', 'it is not lost');
insert into v values ('p', t.accept('r'));
select nightdrop.job_dismiss(pg_temp.v('p'), 'x');
select throws_ok($$select nightdrop.purge('r', now() + interval '1 day', 'x')$$,
    'ND422', null, 'purge: of the past');
select throws_ok($$select nightdrop.purge('none', now(), 'x')$$, 'ND404', null,
    'purge: of a queue');
update nightdrop.response set finished = finished - interval '1 minute'
where id = pg_temp.v('p');
select matches(nightdrop.purge('r', now(), 'disk'),
    'would purge 1 jobs a call. Nothing was done', 'purge: dry');
select is((select body from nightdrop.job where id = pg_temp.v('p')),
    'body'::bytea, 'nothing was done');
select matches(nightdrop.purge('r', now(), 'disk', false),
    'purged 1 jobs, 4 bytes', 'purged');
select matches(nightdrop.purge('r', now(), 'disk', false),
    'nothing ended before', 'once');

-- queue_drop
select throws_ok($$select nightdrop.queue_drop('other', 'x')$$, 'ND409',
    'queue other still accepts', 'drop: not an open queue');
select nightdrop.queue_close('other', 'x');
select throws_ok($$select nightdrop.queue_drop('other', 'x')$$, 'ND409',
    'queue other has jobs that wait', 'drop: not with jobs');
select nightdrop.job_dismiss(pg_temp.v('o'), 'x');
select matches(nightdrop.queue_drop('other', 'no more'), 'dropped', 'dropped');
select is((select outcome_by from nightdrop.job_read(pg_temp.v('o'), 'anna',
    false)), 'operator', 'its jobs are answered still');
select throws_ok($$select nightdrop.queue_drop('other', 'x')$$, 'ND404', null,
    'once');

-- views
select results_eq($$select queue::text collate "default", waiting, again, held
    from nightdrop.queue_shape$$, $$select 'r', count(*), count(*) filter (
    where again), 0::bigint from nightdrop.waiting$$, 'the shape of a queue');
update nightdrop.job set quote_latest = now() - interval '1 hour'
where id = pg_temp.v('c');
select results_eq('select id from nightdrop.late_job',
    $$values (pg_temp.v('c'))$$, 'what is late');
select ok((select bytes > 0 and months >= 4 from nightdrop.storage
    where "table" = 'job'), 'how big it is');

select results_eq($$select distinct verb from nightdrop.audit order by verb$$,
    array['erase', 'job_dismiss', 'job_hold', 'job_release',
    'job_reprioritise', 'job_requeue', 'purge', 'queue_close', 'queue_create',
    'queue_drop', 'queue_hold', 'worker_expire'], 'each verb is on record');

select * from finish();
rollback;
