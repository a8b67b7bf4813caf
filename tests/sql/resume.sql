-- upload_create, _read, _take, _append, _keep, _complete, _end, digest_put.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(65);

-- Two writers, and short ways to say what they do.
create function t.first() returns uuid language sql immutable as $$
select '11111111-1111-1111-1111-111111111111'::uuid
$$;
create function t.second() returns uuid language sql immutable as $$
select '22222222-2222-2222-2222-222222222222'::uuid
$$;
create function t.create(id uuid, queue text, owner text, length bigint,
    type text default 'text/csv') returns text language sql as $$
select verdict from nightdrop.upload_create(id, queue, owner,
    '{"HTTP_UPLOAD_LENGTH": "9", "HTTP_UPLOAD_METADATA": "a Yg=="}', type,
    length, t.first())
$$;
create function t.state(id uuid, owner text default 'ann') returns text
language sql as $$
select concat_ws(' ', verdict, received, length)
from nightdrop.upload_read(id, owner, false)
$$;

select t.queue('big', '{"max_size": 1000, "media_types": ["text/csv"]}');
select t.id() as a, t.id() as b, t.id() as c, t.id() as d, t.id() as e,
    t.id() as f \gset

-- Creation: judged as any body.
select is(t.create(:'a', 'none', 'ann', 9), 'no_queue', 'no queue');
select is(t.create(:'a', 'big', 'ann', 9, 'text/plain'), 'media_type',
    'media type');
select is(t.create(:'a', 'big', 'ann', 9, null), 'media_type', 'no type');
select results_eq(format($$select verdict, limit_value
    from nightdrop.upload_create(%L, 'big', 'ann', '{}', 'text/csv', 1001,
    t.first())$$, :'a'), $$values ('too_large', 1000::bigint)$$, 'too large');
select is((select count(*) from nightdrop.upload)::integer, 0,
    'refused: nothing is there');
select is(t.create(:'a', 'big', 'ann', 9), 'ok', 'created');
select is(t.create(:'a', 'big', 'ann', 9), 'ok', 'created again');
select is(t.create(:'a', 'big', 'bob', 9), 'taken', 'somebody else''s');
select is(current_setting('synchronous_commit'), 'on', 'it is flushed');

-- Who sees it.
select is(t.state(:'a'), 'ok 0 9', 'nothing is here yet');
select is(t.state(:'a', 'bob'), 'none', 'not for others');
select is(t.state(:'a', ''), 'none', 'not for nobody');
select is((select verdict from nightdrop.upload_read(:'a', 'bob', true)),
    'none', 'a key opens nothing that has an owner');
select is((select metadata from nightdrop.upload_read(:'a', 'ann', false)),
    'a Yg==', 'its metadata');
select nightdrop.upload_open(:'b', 'big', 'ann', 'text/csv', null);
select is(t.state(:'b'), 'none', 'a body in one request is not resumed');
select is((select verdict from nightdrop.upload_take(:'b', 'ann', false, 0,
    t.first())), 'none', 'nor taken');

-- The creator writes at once; bytes kept, and bytes not yet.
select is(nightdrop.upload_append(:'a', t.first(), 0, 'abc', true), true,
    'the first bytes');
select is(t.state(:'a'), 'ok 3 9', 'are kept');
select is(nightdrop.upload_append(:'a', t.first(), 0, 'abc', true), true,
    'the same call again');
select is(t.state(:'a'), 'ok 3 9', 'adds nothing');
select is(nightdrop.upload_append(:'a', t.first(), 1, 'xx', false), true,
    'bytes whose checksum is not known yet');
select is(t.state(:'a'), 'ok 3 9', 'do not count');
select is(nightdrop.upload_append(:'a', t.second(), 1, 'yy', true), false,
    'a stranger adds nothing');

-- Taken over.
select results_eq(format($$select verdict, received
    from nightdrop.upload_take(%L, 'ann', false, 5, t.second())$$, :'a'),
    $$values ('offset', 3::bigint)$$, 'another offset');
select is((select verdict from nightdrop.upload_take(:'a', 'bob', false, 3,
    t.second())), 'none', 'somebody else''s is not taken');
select is(nightdrop.upload_append(:'a', t.first(), 1, 'xx', false), true,
    'the first writer still has it');
update nightdrop.upload set expires = now() + interval '1 s' where id = :'a';
select nightdrop.upload_append(:'a', t.first(), 2, 'old', false) as x \gset
select results_eq(format($$select verdict, received, length, parts,
    expires > now() + interval '23 h'
    from nightdrop.upload_take(%L, 'ann', false, 3, t.second())$$, :'a'),
    $$values ('ok', 3::bigint, 9::bigint, 1, true)$$,
    'taken; it is kept for another day');
select is((select count(*) from nightdrop.part where id = :'a')::integer, 1,
    'what the first had not kept is gone');
select is(nightdrop.upload_append(:'a', t.first(), 1, 'zz', true), false,
    'the first writer has lost it');
select is(nightdrop.upload_keep(:'a', t.first(), 2, 5), null::timestamptz,
    'and keeps nothing');
select is((select verdict from nightdrop.upload_complete(:'a', t.first(), 2,
    null)), 'none', 'and completes nothing');
select is(nightdrop.upload_append(:'a', t.second(), 1, 'de', false), true,
    'the second goes on');
select is(nightdrop.upload_keep(:'a', t.second(), 3, 6), null::timestamptz,
    'nothing is kept where a part is missing');
select is(nightdrop.upload_keep(:'a', t.second(), 2, 6), null::timestamptz,
    'or a byte');
update nightdrop.upload set expires = now() + interval '1 s' where id = :'a';
select ok(nightdrop.upload_keep(:'a', t.second(), 2, 5)
    > now() + interval '23 h', 'and keeps');
select is(t.state(:'a'), 'ok 5 9', 'what it has');

-- The last byte.
select is(nightdrop.upload_append(:'a', t.second(), 2, 'fghi', true), true,
    'the last bytes');
select is(t.state(:'a'), 'ok 5 9', 'count only when it is a job');
select is(nightdrop.upload_keep(:'a', t.second(), 3, 9), null::timestamptz,
    'not by being kept');
select is((select verdict from nightdrop.upload_complete(:'a', t.second(), 4,
    null)), 'none', 'nor where a part is missing');
select results_eq(format($$select verdict, id, size, digest, repeated
    from nightdrop.upload_complete(%L, t.second(), 3, null)$$, :'a'),
    format($$values ('ok', %L::uuid, 9::bigint, null::bytea, false)$$, :'a'),
    'it is a job now');
select results_eq(format($$select verdict, id, repeated
    from nightdrop.upload_complete(%L, t.second(), 3, null)$$, :'a'),
    format($$values ('ok', %L::uuid, true)$$, :'a'), 'the same call again');
select is(t.counted('big'), 1::bigint, 'it waits, once');
select is(t.state(:'a'), 'done 9 9', 'as an upload it is done');
select is((select verdict from nightdrop.upload_take(:'a', 'ann', false, 9,
    t.first())), 'done', 'and cannot be taken');
select results_eq(format($$select type, request->>'HTTP_UPLOAD_LENGTH'
    from nightdrop.job where id = %L$$, :'a'),
    $$values ('text/csv', '9')$$, 'type and request are those of its creation');
select is(nightdrop.upload_end(:'a', 'ann', false), 'done',
    'a job is not ended so');

-- Its digest, once a run has read it.
select digest is null and version like '%.n' as unknown
from nightdrop.job_read(:'a', 'ann', false) \gset
select is(:'unknown'::boolean, true, 'its digest is not known');
select t.open() as w \gset
select is(t.start(:w, :'a'), 'ok', 'it runs');
select throws_ok(format($$select nightdrop.digest_put(%s, t.first(), %L, 'x')$$,
    :w, :'a'), 'ND401', null, 'a stranger knows no digest');
select nightdrop.digest_put(:w, t.token(:w), :'a', sha256('abcdefghi'));
select nightdrop.digest_put(:w, t.token(:w), :'a', sha256('other'));
select results_eq(format($$select digest, version like '%%.n'
    from nightdrop.job_read(%L, 'ann', false)$$, :'a'),
    $$values (sha256('abcdefghi'), false)$$, 'its worker does, once');

-- Two with different last bytes: only who made it a job is told that it is.
select t.id() as g \gset
select t.create(:'g', 'big', 'ann', 3) as created \gset
select nightdrop.upload_append(:'g', t.first(), 0, 'a', true);
select nightdrop.upload_append(:'g', t.first(), 1, 'bc', false);
select is((select verdict from nightdrop.upload_take(:'g', 'ann', false, 1,
    t.second())), 'ok', 'another takes it behind the last bytes');
select nightdrop.upload_append(:'g', t.second(), 1, 'xy', false);
select is((select verdict from nightdrop.upload_complete(:'g', t.second(), 2,
    null)), 'ok', 'and completes it with its own');
select is((select verdict from nightdrop.upload_complete(:'g', t.first(), 2,
    null)), 'none', 'bytes that are not in the job are not acknowledged');
select is((select verdict from nightdrop.upload_complete(:'g', t.second(), 2,
    null)), 'ok', 'those that are, are');

-- Empty; whole in one go; refused at the end.
select t.create(:'c', 'big', 'ann', 0) as created \gset
select is((select verdict from nightdrop.upload_complete(:'c', t.first(), 0,
    sha256(''))), 'ok', 'an empty one');
select t.create(:'d', 'big', 'ann', 3) as created \gset
select nightdrop.upload_append(:'d', t.first(), 0, 'abc', true);
update nightdrop.queue set accepting = false where name = 'big';
select is((select verdict from nightdrop.upload_complete(:'d', t.first(), 1,
    sha256('abc'))), 'closed', 'judged again');
select is((select count(*) from nightdrop.part where id = :'d')::integer, 0,
    'refused: it is gone');
select is(t.state(:'d'), 'none', 'for its owner too');
update nightdrop.queue set accepting = true where name = 'big';

-- Ended, expired.
select t.create(:'e', 'big', '', 9) as created \gset
select nightdrop.upload_append(:'e', t.first(), 0, 'abc', true);
select is(nightdrop.upload_end(:'e', 'ann', false), 'none', 'not by others');
select is(nightdrop.upload_end(:'e', '', true), 'ok', 'by who has its key');
select is((select count(*) from nightdrop.part where id = :'e')::integer, 0,
    'its parts are gone');
select is((select verdict from nightdrop.upload_read(:'e', '', true)), 'gone',
    'the key tells that it was here');
select t.create(:'f', 'big', 'ann', 9) as created \gset
update nightdrop.upload set expires = now() - interval '1 s' where id = :'f';
select is(t.state(:'f'), 'gone', 'expired');
select is((select verdict from nightdrop.upload_take(:'f', 'ann', false, 0,
    t.first())), 'gone', 'and cannot be taken');

select * from finish();
rollback;
