-- job_accept_many: verdicts, receipts, idempotency by id, the line.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(27);

select t.queue('plain');
select t.queue('picky', '{"media_types": ["text/csv", "image/*"], "max_size": 10, "reply": 201}');
select t.queue('closed', '{"accepting": false}');
select t.queue('full', '{"max_waiting": 1}');
select t.queue('urgent', '{"priority": 2, "aging": "1 hour"}');

create temp table sent as
select t.id(case u.n when 8 then now() - interval '11 minutes'
    when 9 then now() + interval '11 minutes' else clock_timestamp()
    + u.n * interval '1 ms' end) as id,
    u.*, sha256(u.body) as digest
from (values
    (1, 'plain', 'ann', null, 'one'::bytea),
    (2, 'nowhere', '', null, 'two'),
    (3, 'picky', '', 'TEXT/CSV; charset=utf-8', 'three'),
    (4, 'picky', '', 'image/png', 'four'),
    (5, 'picky', '', 'text/plain', 'five'),
    (6, 'picky', '', null, 'six'),
    (7, 'picky', '', 'text/csv', 'seven bytes and more'),
    (8, 'plain', '', null, 'eight'),
    (9, 'plain', '', null, 'nine'),
    (10, 'closed', '', null, 'ten'),
    (11, 'full', '', null, 'eleven'),
    (12, 'full', '', null, 'twelve'),
    (13, 'urgent', '', null, ''),
    (14, 'plain', '', null, '\x00ff'))
    u(n, queue, owner, type, body);

create temp table got as
select r.* from (
    select array_agg(id) as i, array_agg(queue) as q, array_agg(owner) as o,
	array_agg('{"REQUEST_METHOD": "POST"}'::json) as r,
	array_agg(type) as t, array_agg(body) as b, array_agg(digest) as d
    from sent) s
    cross join lateral nightdrop.job_accept_many(s.i, s.q, s.o, s.r, s.t, s.b,
	s.d) r;

select is((select count(*) from got)::integer, 14, 'a receipt for each');
select results_eq(
    'select s.n, g.verdict from sent s join got g using (id) order by n',
    $$values (1, 'ok'), (2, 'no_queue'), (3, 'ok'), (4, 'ok'),
	(5, 'media_type'), (6, 'media_type'), (7, 'too_large'), (8, 'clock'),
	(9, 'clock'), (10, 'closed'), (11, 'ok'), (12, 'backlog'), (13, 'ok'),
	(14, 'ok')$$, 'each judged by itself');
select results_eq($$select s.n, g.limit_value from sent s join got g using (id)
    where limit_value is not null order by n$$,
    $$values (7, 10::bigint), (12, 1::bigint)$$, 'the limits are named');
select results_eq($$select s.n, g.reply, g.size, g.digest, g.status, g.version,
	g.quote_ahead, g.quote_earliest, g.repeated
    from sent s join got g using (id) where n in (1, 3) order by n$$,
    $$values (1, 202, 3::bigint, sha256('one'), 'accepted', 'a1.0.0',
	0::bigint, null::timestamptz, false),
    (3, 201, 5::bigint, sha256('three'), 'accepted', 'a1.0.0',
	0::bigint, null::timestamptz, false)$$, 'the receipt');
select is((select g.quote_ahead from sent s join got g using (id)
    where n in (3, 4) order by g.quote_ahead desc limit 1), 1::bigint,
    'the second of a group has the first ahead');
select matches((select quote_basis from got g join sent s using (id)
    where n = 1), '^no history', 'the quote says that it knows nothing');

select results_eq('select s.n from sent s join nightdrop.job j using (id) order by n',
    'values (1), (3), (4), (11), (13), (14)', 'only these are jobs');
select set_eq('select id from nightdrop.job', 'select id from nightdrop.waiting',
    'and all of them wait');
select results_eq($$select j.owner collate "default", j.queue collate "default", j.body, j.digest, j.request::text
    from nightdrop.job j join sent s using (id) where n = 14$$,
    $$values ('', 'plain', '\x00ff'::bytea, sha256('\x00ff'),
	'{"REQUEST_METHOD": "POST"}')$$, 'bytes are stored as sent');
select is((select w.position from nightdrop.waiting w join sent s using (id)
    where n = 13), (select j.accepted - interval '2 hours'
    from nightdrop.job j join sent s using (id) where n = 13),
    'priority is worth waiting time');
select is(t.counted('plain'), 2::bigint, 'counted: plain');
select is(t.counted('picky'), 2::bigint, 'counted: picky');
select is(t.counted('closed'), 0::bigint, 'counted: closed');
select is((select sum(bytes) from nightdrop.counter where queue = 'plain'),
    5::numeric, 'bytes are counted');
select is((select bytes from nightdrop.waiting w join sent s using (id)
    where n = 1), 3, 'bytes of the inline body');

-- The same call again: its answer was lost.
create temp table again as
select r.* from (
    select array_agg(id) as i, array_agg(queue) as q, array_agg(owner) as o,
	array_agg('{"REQUEST_METHOD": "POST"}'::json) as r,
	array_agg(type) as t, array_agg(body) as b, array_agg(digest) as d
    from sent) s
    cross join lateral nightdrop.job_accept_many(s.i, s.q, s.o, s.r, s.t, s.b,
	s.d) r;
select results_eq(
    'select s.n, g.verdict, g.repeated from sent s join again g using (id) order by n',
    $$values (1, 'ok', true), (2, 'no_queue', false), (3, 'ok', true),
	(4, 'ok', true), (5, 'media_type', false), (6, 'media_type', false),
	(7, 'too_large', false), (8, 'clock', false), (9, 'clock', false),
	(10, 'closed', false), (11, 'ok', true), (12, 'backlog', false),
	(13, 'ok', true), (14, 'ok', true)$$, 'again: what is there is repeated');
select is((select count(*) from nightdrop.job)::integer, 6, 'again: no job more');
select is((select count(*) from nightdrop.waiting)::integer, 6,
    'again: nothing waits twice');
select is(t.counted('plain'), 2::bigint, 'again: counted once');
select is((select a.accepted from again a join sent s using (id) where n = 1),
    (select j.accepted from nightdrop.job j join sent s using (id) where n = 1),
    'again: the first acceptance');

-- Half of a group was there.
select t.id() as new, (select id from sent where n = 1) as old \gset
select set_eq(format($$select id, verdict, repeated from nightdrop.job_accept_many(
    array[%L, %L]::uuid[], array['plain', 'plain'], array['ann', ''],
    array['{}', '{}']::json[], array[null, null]::text[],
    array['one', 'new']::bytea[], array[sha256('one'), sha256('new')])$$,
    :'old', :'new'),
    format($$values (%L::uuid, 'ok', true), (%L::uuid, 'ok', false)$$, :'old',
	:'new'), 'a group of old and new');
select is((select verdict from nightdrop.job_accept_many(array[:'old'::uuid],
    array['plain'], array['bob'], array['{}']::json[], array[null]::text[],
    array['one']::bytea[], array[sha256('one')])), 'taken',
    'the id of somebody else''s job is taken');
select is((select verdict from nightdrop.job_accept_many(array[:'old'::uuid],
    array['plain'], array['ann'], array['{}']::json[], array[null]::text[],
    array['uno']::bytea[], array[sha256('uno')])), 'taken',
    'so is that of one''s own, with other bytes');
update nightdrop.queue set accepting = false where name = 'plain';
select is((select verdict from nightdrop.job_accept_many(array[:'old'::uuid],
    array['plain'], array['ann'], array['{}']::json[], array[null]::text[],
    array['one']::bytea[], array[sha256('one')])), 'ok',
    'a job that is in is in, though its queue is closed by now');

select throws_ok(format($$select * from nightdrop.job_accept_many(array[%L]::uuid[],
    array['urgent'], array[''], array['{}']::json[], array['text/plain'],
    array[null]::bytea[], array[sha256('x')], array[5])$$,
    t.id('2001-01-01')), '23514', null, 'no partition: 23514, for upkeep');

set local synchronous_commit = off;
select t.accept('urgent');
select is(current_setting('synchronous_commit'), 'on',
    'synchronous_commit is raised for the transaction');
set local synchronous_commit = remote_apply;
select t.accept('urgent');
select is(current_setting('synchronous_commit'), 'remote_apply',
    'a stronger one is left');

select * from finish();
rollback;
