-- Named jobs: named_accept, named_check, named_read, named_forget.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(67);

select t.queue('q');
select t.queue('full', '{"max_waiting": 1}');
select t.id() as a, t.id() as b, t.id() as c, t.id() as d, t.id() as e,
    t.id() as f, t.id() as g, t.id() as u, t.id() as v \gset

-- put(id, name, body, if_match, if_none_match): as ann, to q.
prepare put(uuid, text, bytea, text, text) as
select verdict, id, case verdict when 'ok' then reply end, repeated
from nightdrop.named_accept($1, 'q', 'ann',
    $2, '{}', 'text/csv', $3, null, sha256($3), $4, $5);
prepare get(text, text) as
select verdict, id, type, body from nightdrop.named_read('q', $1, $2);

-- The first, and what takes its place.
select results_eq(format($$execute put(%L, 'prices', 'one', null, null)$$, :'a'),
    format($$values ('ok', %L::uuid, 201, false)$$, :'a'), 'nothing waited: 201');
select results_eq($$execute get('ann', 'prices')$$,
    format($$values ('waiting', %L::uuid, 'text/csv', 'one'::bytea)$$, :'a'),
    'it can be read');
select results_eq($$execute get('bob', 'prices')$$,
    $$values ('none', null::uuid, null::text, null::bytea)$$,
    'another owner has another scope');
select results_eq($$execute get('', 'prices')$$,
    $$values ('none', null::uuid, null::text, null::bytea)$$,
    'so has nobody');
select results_eq(format($$execute put(%L, 'prices', 'two!', null, null)$$, :'b'),
    format($$values ('ok', %L::uuid, 204, false)$$, :'b'), 'replaced: 204');
select is(t.place(:'a'), 'dismissed 410 by client', 'the old one is dismissed');
select results_eq(format($$select outcome_reason, outcome_by, version, status
    from nightdrop.job_read(%L, 'ann', false)$$, :'a'),
    format($$values ('replaced by ' || %L, 'client', 'd1.0', 'dismissed')$$, :'b'),
    'and its monitor says by which');
select is(t.place(:'b'), 'waiting', 'the new one waits');
select results_eq($$execute get('ann', 'prices')$$,
    format($$values ('waiting', %L::uuid, 'text/csv', 'two!'::bytea)$$, :'b'),
    'the name is the new one''s');
select is(t.counted('q'), 1::bigint, 'one is counted');
select is((select sum(bytes) from nightdrop.counter where queue = 'q'),
    4::numeric, 'with its bytes');
select is((select quote_ahead from nightdrop.job where id = :'b'), 0::bigint,
    'the replaced one is not ahead of it');
select is((select count(*) from nightdrop.named_job)::integer, 1, 'one name');

-- The answer was lost, and all is over by now: the same call, the same answer.
select results_eq(format($$execute put(%L, 'prices', 'one', null, null)$$, :'a'),
    format($$values ('ok', %L::uuid, 201, true)$$, :'a'), 'again: 201 stays 201');
select results_eq(format($$execute put(%L, 'prices', 'two!', null, '*')$$, :'b'),
    format($$values ('ok', %L::uuid, 204, true)$$, :'b'),
    'again: 204 stays 204, whatever is true of its conditions by now');
select results_eq(format($$execute put(%L, 'prices', 'other', null, null)$$, :'b'),
    format($$values ('taken', %L::uuid, null::integer, false)$$, :'b'),
    'an id is for its bytes');
select is(t.place(:'b'), 'waiting', 'that replaced nothing');
select is((select count(*) from nightdrop.job)::integer, 2, 'no job more');
select is(t.counted('q'), 1::bigint, 'counted once');

-- A refusal leaves all as it was.
update nightdrop.queue set accepting = false where name = 'q';
select results_eq(format($$execute put(%L, 'prices', 'three', null, null)$$, :'c'),
    format($$values ('closed', %L::uuid, null::integer, false)$$, :'c'), 'closed');
select results_eq(format($$execute put(%L, 'new', 'three', null, null)$$, :'c'),
    format($$values ('closed', %L::uuid, null::integer, false)$$, :'c'),
    'closed, for a new name');
update nightdrop.queue set accepting = true, media_types = '{image/*}'
where name = 'q';
select results_eq(format($$execute put(%L, 'prices', 'three', null, null)$$, :'c'),
    format($$values ('media_type', %L::uuid, null::integer, false)$$, :'c'),
    'media type');
update nightdrop.queue set media_types = '{}', max_size = 2 where name = 'q';
select results_eq(format($$execute put(%L, 'prices', 'three', null, null)$$, :'c'),
    format($$values ('too_large', %L::uuid, null::integer, false)$$, :'c'), 'size');
update nightdrop.queue set max_size = 100 where name = 'q';
select is((select verdict from nightdrop.named_accept(:'c', 'nowhere', 'ann', 'x',
    '{}', null, 'x', null, sha256('x'), null, null)), 'no_queue', 'no queue');
select is(t.place(:'b'), 'waiting', 'what waited waits');
select is(t.counted('q'), 1::bigint, 'and is counted');
select is((select string_agg(name, ' ') from nightdrop.named_job), 'prices',
    'no name was left behind');
select is((select verdict from nightdrop.named_accept(:'d', 'full', '', 'x',
    '{}', null, 'x', null, sha256('x'), null, null)), 'ok', 'the queue is full');
select is((select verdict from nightdrop.named_accept(:'e', 'full', '', 'y',
    '{}', null, 'x', null, sha256('x'), null, null)), 'backlog',
    'so another name is refused');
select is((select reply from nightdrop.named_accept(:'e', 'full', '', 'x',
    '{}', null, 'x', null, sha256('x'), null, null)), 204,
    'but what replaces one does not make it fuller');

select results_eq(format($$select u.verdict
    from (values (null), ('y'), ('x')) v(name) cross join lateral
    nightdrop.upload_open(%L, 'full', '', null, null, null, v.name) u$$, t.id()),
    $$values ('backlog'), ('backlog'), ('ok')$$, 'nor does it in parts');
select is((select verdict from nightdrop.named_check('full', '', 'x', null, null,
    '*', null)), 'ok', 'nor with a condition');
update nightdrop.queue set max_waiting = null, max_waiting_owner = 1
where name = 'full';
update nightdrop.waiting set owner = '' where id = :'e';
select is((select verdict from nightdrop.named_accept(t.id(), 'full', '', 'y',
    '{}', null, 'x', null, sha256('x'), null, null)), 'quota', 'quota: refused');
select t.id() as h \gset
select is((select reply from nightdrop.named_accept(:'h', 'full', '', 'x',
    '{}', null, 'x', null, sha256('x'), null, null)), 204,
    'quota: what replaces one is none more');
select is((select verdict from nightdrop.upload_open(t.id(), 'full', '', null,
    null, null, 'x')), 'ok', 'quota: nor in parts');

-- Conditions.
select format('"%s"', :'a') as was, format('"%s"', :'b') as tag,
    format('"x" "%s"', :'b') as list \gset
select is((select verdict from nightdrop.named_accept(:'c', 'q', 'ann',
    'prices', '{}', null, 'x', null, sha256('x'), m, n)), 'precondition', what)
from (values (:'was', null, 'If-Match: what was'), ('', null,
    'If-Match: nothing'), (null, '*', 'If-None-Match: *'), (null, :'list',
    'If-None-Match: a list with it'), (:'tag', '*', 'both must hold'))
    v(m, n, what);
select is((select verdict from nightdrop.named_accept(:'c', 'q', 'ann', 'none',
    '{}', null, 'x', null, sha256('x'), '*', null)), 'precondition',
    'If-Match: * where nothing waits');
select is((select count(*) from nightdrop.named_job where name = 'none')::integer,
    0, 'leaves no name');
select is(t.place(:'b'), 'waiting', 'what waited waits');
select results_eq(format($$execute put(%L, 'prices', 'three', %L, null)$$, :'c',
	:'list'),
    format($$values ('ok', %L::uuid, 204, false)$$, :'c'), 'If-Match: a list with it');
select results_eq(format($$execute put(%L, 'prices', 'four', '*', %L)$$, :'f',
	:'tag'),
    format($$values ('ok', %L::uuid, 204, false)$$, :'f'),
    'If-Match: *, If-None-Match: what was');

-- The same, asked before the body is read.
prepare may(bigint, text, text) as select verdict, limit_value
from nightdrop.named_check('q', 'ann', 'prices', null, $1, $2, $3);
select results_eq($$execute may(1, null, '*')$$,
    $$values ('precondition', null::bigint)$$, 'check: it fails already');
select results_eq(format($$execute may(1, %L, null)$$, format('"%s"', :'f')),
    $$values ('ok', null::bigint)$$, 'check: it holds');
select results_eq($$execute may(1000, null, '*')$$,
    $$values ('too_large', 100::bigint)$$, 'check: a refusal goes first');

-- In parts.
select nightdrop.upload_open(:'u', 'q', 'ann', null, null);
select nightdrop.part_put(:'u', 0, 'long');
prepare parts(uuid, text) as select verdict, case verdict when 'ok' then reply end
from nightdrop.named_accept($1, 'q', 'ann', 'prices', '{}', null, null, 4,
    sha256('long'), null, $2);
select results_eq(format($$execute parts(%L, '*')$$, :'u'),
    $$values ('precondition', null::integer)$$, 'parts: refused');
select is((select count(*) from nightdrop.upload where id = :'u')::integer, 1,
    'parts: the upload is still there, for upload_abort');
select results_eq(format($$execute parts(%L, null)$$, :'u'),
    $$values ('ok', 204)$$, 'parts: replaced');
select results_eq(format($$execute parts(%L, '*')$$, :'u'),
    $$values ('ok', 204)$$, 'parts: again');
select is(t.place(:'f'), 'dismissed 410 by client', 'parts: the old one is dismissed');
select is((select count(*) from nightdrop.upload where id = :'u')::integer, 0,
    'parts: no upload is left');
select results_eq($$execute get('ann', 'prices')$$,
    format($$values ('waiting', %L::uuid, null::text, null::bytea)$$, :'u'),
    'parts: the name is its');

-- Taken, and given back.
select t.open() as w \gset
select is((select count(*) from t.turn(:w, want => 9) where kind = 'claim')::integer,
    2, 'a run takes what waits');
select results_eq($$execute get('ann', 'prices')$$,
    format($$values ('taken', %L::uuid, null::text, null::bytea)$$, :'u'),
    'what is reserved is taken');
select results_eq(format($$execute put(%L, 'prices', 'day', '*', null)$$, :'g'),
    format($$values ('precondition', %L::uuid, null::integer, false)$$, :'g'),
    'If-Match where it was taken');
select results_eq(format($$execute put(%L, 'prices', 'day', null, '*')$$, :'g'),
    format($$values ('ok', %L::uuid, 201, false)$$, :'g'),
    'nothing waits: 201');
select nightdrop.give_back(:w, t.token(:w), array[:'u'::uuid], '{f}');
select is(t.place(:'u') || ', ' || t.place(:'g'), 'waiting, waiting',
    'given back while a newer one waits: both are jobs');
select results_eq(format($$execute put(%L, 'prices', 'eve', null, null)$$, :'v'),
    format($$values ('ok', %L::uuid, 204, false)$$, :'v'), 'replaced');
select is(t.place(:'u') || ', ' || t.place(:'g'),
    'waiting, dismissed 410 by client', 'is the newer one alone');

-- Forgotten with its job.
select is(nightdrop.named_forget(), 0::bigint, 'young names are kept');
update nightdrop.queue set retention = '1 us';
select nightdrop.job_stop(:'v', 'ann', false);
update nightdrop.response set expires = now() - interval '1 second';
-- (now() is this transaction's, and the name is younger.)
select is(nightdrop.named_forget(), 0::bigint, 'it must be as old');
select t.id(now() - interval '1 hour') as old \gset
update nightdrop.named_job set id = :'old' where name = 'prices';
update nightdrop.job set id = :'old' where id = :'v';
update nightdrop.response set id = :'old' where id = :'v';
update nightdrop.response set expires = now() + interval '1 hour';
select is(nightdrop.named_forget(), 0::bigint, 'and its job past its time');
update nightdrop.response set expires = now() - interval '1 hour';
select results_eq($$execute get('ann', 'prices')$$,
    $$values ('none', null::uuid, null::text, null::bytea)$$,
    'then it stands for nothing');
select results_eq($$select what from nightdrop.upkeep() where what like 'name%'$$,
    $$values ('names: 1 of jobs kept no longer forgotten')$$, 'and is forgotten');

select * from finish();
rollback;
