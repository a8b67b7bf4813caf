-- upload_open, part_put, upload_finish, upload_abort, part_read.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(44);

select t.queue('big', '{"max_size": 1000, "media_types": ["text/csv"]}');
select t.queue('closed', '{"accepting": false}');
select t.queue('tight', '{"max_waiting": 0}');

select is((select verdict from nightdrop.upload_open(t.id(), 'none', '', null,
    null)), 'no_queue', 'no queue');
select is((select verdict from nightdrop.upload_open(t.id(), 'closed', '',
    null, null)), 'closed', 'closed');
select is((select verdict from nightdrop.upload_open(t.id(), 'big', '',
    'text/plain', null)), 'media_type', 'media type');
select results_eq($$select * from nightdrop.upload_open(t.id(), 'big', '',
    'text/csv', 1001)$$, $$values ('too_large', 1000::bigint)$$, 'too large');
select results_eq($$select * from nightdrop.upload_open(t.id(), 'tight', '',
    'text/csv', 1)$$, $$values ('backlog', 0::bigint)$$, 'backlog');
select is((select verdict from nightdrop.upload_open(
    t.id(now() - interval '1 hour'), 'big', '', 'text/csv', 5)), 'clock',
    'clock');

select t.id() as a, t.id() as b, t.id() as c, t.id() as d \gset
select is((select verdict from nightdrop.upload_open(:'a', 'big', 'ann',
    'text/csv', null)), 'ok', 'size not known');
select is((select verdict from nightdrop.upload_open(:'a', 'big', 'ann',
    'text/csv', null)), 'ok', 'opened again');
select is((select verdict from nightdrop.upload_open(:'a', 'big', 'bob',
    'text/csv', null)), 'taken', 'somebody else''s');
select is(nightdrop.part_put(:'a', 0, 'abc'), true, 'part 0');
select is(nightdrop.part_put(:'a', 1, 'xx'), true, 'part 1');
select is(nightdrop.part_put(:'a', 1, 'def'), true, 'part 1 again');
select is(nightdrop.part_put(:'b', 0, 'x'), false, 'a part of nothing');
select is((select verdict from nightdrop.job_read(:'a', 'ann', false)), 'none',
    'an upload is no job');
select is((select count(*) from nightdrop.waiting)::integer, 0,
    'and waits nowhere');

select throws_ok(format($$select nightdrop.upload_finish(%L, '{}', 'text/csv',
    7, sha256('x'), null)$$, :'a'), 'ND503', null, 'bytes are missing');
select is((select verdict from nightdrop.upload_finish(:'b', '{}', 'text/csv',
    0, sha256(''), null)), 'none', 'no such upload');

select results_eq(format($$select verdict, id, size, repeated, status
    from nightdrop.upload_finish(%L, '{"A": "b"}', 'text/csv', 6,
    sha256('abcdef'), null)$$, :'a'),
    format($$values ('ok', %L::uuid, 6::bigint, false, 'accepted')$$, :'a'),
    'it is a job now');
select results_eq(format($$select verdict, id, size, repeated
    from nightdrop.upload_finish(%L, '{"A": "b"}', 'text/csv', 6,
    sha256('abcdef'), null)$$, :'a'),
    format($$values ('ok', %L::uuid, 6::bigint, true)$$, :'a'),
    'finished again: the same');
select is(t.counted('big'), 1::bigint, 'counted once');
select is((select bytes from nightdrop.waiting where id = :'a'), 0,
    'no inline bytes');
select is((select count(*) from nightdrop.upload)::integer, 0,
    'the upload is gone');
select is(nightdrop.part_put(:'a', 2, 'late'), false, 'no more parts');
select is(nightdrop.part_read(:'a', 0, 1), 'def', 'its parts are read');
select is(nightdrop.part_read(:'a', 0, 2), null::bytea, 'up to the last');
select results_eq(format($$select verdict, size, body
    from nightdrop.request_read(%L, 'ann', false)$$, :'a'),
    $$values ('ok', 6::bigint, null::bytea)$$, 'the request is in parts');
select nightdrop.upload_abort(:'a');
select is(nightdrop.part_read(:'a', 0, 0), 'abc', 'a job is not aborted');

-- Empty; and one with a gap.
select nightdrop.upload_open(:'b', 'big', '', 'text/csv', 0);
select is((select verdict from nightdrop.upload_finish(:'b', '{}', 'text/csv',
    0, sha256(''), null)), 'ok', 'an empty body');
select is((select body from nightdrop.request_read(:'b', '', true)), ''::bytea,
    'is empty, not in parts');
select nightdrop.upload_open(:'c', 'big', '', 'text/csv', 6);
select nightdrop.part_put(:'c', 0, 'abc'), nightdrop.part_put(:'c', 2, 'def');
select throws_ok(format($$select nightdrop.upload_finish(%L, '{}', 'text/csv',
    6, sha256('x'), null)$$, :'c'), 'ND503', null, 'a gap');
select nightdrop.upload_abort(:'c');
select is((select count(*) from nightdrop.part where id = :'c')::integer, 0,
    'aborted: its parts are gone');
select is((select count(*) from nightdrop.upload)::integer, 0,
    'aborted: the upload is gone');

-- Refused at the end; hours after its id was made.
select nightdrop.upload_open(:'d', 'big', '', 'text/csv', null);
select nightdrop.part_put(:'d', 0, 'abc');
update nightdrop.queue set max_size = 2 where name = 'big';
select results_eq(format($$select verdict, limit_value
    from nightdrop.upload_finish(%L, '{}', 'text/csv', 3, sha256('abc'),
    null)$$, :'d'), $$values ('too_large', 2::bigint)$$, 'judged again');
select is((select count(*) from nightdrop.part where id = :'d')::integer, 0,
    'refused: its parts are gone');
update nightdrop.queue set max_size = 100 where name = 'big';
select t.id(now() - interval '1 hour') as e \gset
insert into nightdrop.upload (id, queue, owner) values (:'e', 'big', '');
select nightdrop.part_put(:'e', 0, 'abc');
select is((select verdict from nightdrop.upload_finish(:'e', '{}', 'text/csv',
    3, sha256('abc'), null)), 'ok', 'an upload may take an hour');

-- Swept.
select t.id() as f \gset
select nightdrop.upload_open(:'f', 'big', '', 'text/csv', null);
select nightdrop.part_put(:'f', 0, 'abc');
select is_empty($$select what from nightdrop.upkeep() where what like 'upl%'$$,
    'a young upload stays');
update nightdrop.upload set expires = now() - interval '1 s';
select results_eq($$select what from nightdrop.upkeep() where what like 'upl%'$$,
    $$values ('uploads: 1 expired ones swept')$$, 'an expired one is swept');
select is((select count(*) from nightdrop.part where id = :'f')::integer, 0,
    'with its parts');

-- A piece at a time: a run that opens does not wait for all of it.
select t.id() as g \gset
select nightdrop.upload_create(:'g', 'big', '', '{}', 'text/csv', 90,
    '11111111-1111-1111-1111-111111111111');
insert into nightdrop.part (id, holder, seq, data)
select :'g', 0, n, 'a' from generate_series(0, 299) n;
update nightdrop.upload set expires = now() - interval '1 s' where id = :'g';
select results_eq($$select what from nightdrop.upload_sweep('-infinity')$$,
    $$values ('uploads: 0 expired ones swept')$$, 'a piece is swept');
select is((select count(*) from nightdrop.part where id = :'g')::integer, 44,
    'the rest is left');
select is(nightdrop.upload_append(:'g',
    '11111111-1111-1111-1111-111111111111', 0, 'b', true), false,
    'nobody goes on with it');
select is((select count(*) from nightdrop.upload_sweep('-infinity'))::integer,
    1, 'and the next piece');
select is((select count(*) from nightdrop.upload
    left join nightdrop.part using (id) where id = :'g')::integer, 0,
    'until all is gone');
select is_empty($$select * from nightdrop.upload_sweep('infinity')$$,
    'nothing left');

select * from finish();
rollback;
