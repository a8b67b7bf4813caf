-- Idempotency-Key: job_accept and upload_finish.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(20);

select t.queue('q');
select t.queue('closed', '{"accepting": false}');
select t.id() as a, t.id() as b, t.id() as c, t.id() as d, t.id() as e,
    t.id() as u \gset

prepare send(uuid, text, text, bytea, text) as
select verdict, id, repeated, status from nightdrop.job_accept($1, $2, $3, '{}',
    null, $4, sha256($4), $5);

select results_eq(format($$execute send(%L, 'q', 'ann', 'one', 'k1')$$, :'a'),
    format($$values ('ok', %L::uuid, false, 'accepted')$$, :'a'), 'the first');
select results_eq(format($$execute send(%L, 'q', 'ann', 'one', 'k1')$$, :'a'),
    format($$values ('ok', %L::uuid, true, 'accepted')$$, :'a'),
    'the same call again');
select results_eq(format($$execute send(%L, 'q', 'ann', 'one', 'k1')$$, :'b'),
    format($$values ('ok', %L::uuid, true, 'accepted')$$, :'a'),
    'the same key: the first job');
select results_eq(format($$execute send(%L, 'q', 'ann', 'two', 'k1')$$, :'b'),
    format($$values ('key_conflict', %L::uuid, false, null::text)$$, :'b'),
    'the same key, other bytes');
select results_eq(format($$execute send(%L, 'q', 'bob', 'two', 'k1')$$, :'b'),
    format($$values ('ok', %L::uuid, false, 'accepted')$$, :'b'),
    'another owner''s key is another key');
select is((select count(*) from nightdrop.job)::integer, 2, 'two jobs');

-- Without an owner the key holds for its bytes only.
select results_eq(format($$execute send(%L, 'q', '', 'one', 'k1')$$, :'c'),
    format($$values ('ok', %L::uuid, false, 'accepted')$$, :'c'), 'no owner');
select results_eq(format($$execute send(%L, 'q', '', 'two', 'k1')$$, :'d'),
    format($$values ('ok', %L::uuid, false, 'accepted')$$, :'d'),
    'no owner, other bytes: nobody''s conflict');
select results_eq(format($$execute send(%L, 'q', '', 'one', 'k1')$$, :'e'),
    format($$values ('ok', %L::uuid, true, 'accepted')$$, :'c'),
    'no owner, the same bytes');

-- A refusal does not use the key up.
select results_eq(format($$execute send(%L, 'closed', 'ann', 'x', 'k2')$$, :'e'),
    format($$values ('closed', %L::uuid, false, null::text)$$, :'e'), 'refused');
update nightdrop.queue set accepting = true where name = 'closed';
select results_eq(format($$execute send(%L, 'closed', 'ann', 'y', 'k2')$$, :'e'),
    format($$values ('ok', %L::uuid, false, 'accepted')$$, :'e'),
    'and then accepted, with the same key');

-- Its present status.
select nightdrop.job_stop(:'a', 'ann', false);
select results_eq(format($$execute send(%L, 'q', 'ann', 'one', 'k1')$$, t.id()),
    format($$values ('ok', %L::uuid, true, 'dismissed')$$, :'a'),
    'the first job, as it is now');

-- Uploads.
select nightdrop.upload_open(:'u', 'q', 'ann', null, null);
select nightdrop.part_put(:'u', 0, 'two');
select is((select verdict from nightdrop.upload_finish(:'u', '{}', null, 3,
    sha256('two'), 'k1')), 'key_conflict', 'upload: conflict');
select is((select count(*) from nightdrop.part where id = :'u')::integer, 0,
    'upload: its parts are gone');
select nightdrop.upload_open(:'u', 'q', 'ann', null, null);
select nightdrop.part_put(:'u', 0, 'one');
select results_eq(format($$select verdict, id, repeated
    from nightdrop.upload_finish(%L, '{}', null, 3, sha256('one'), 'k1')$$, :'u'),
    format($$values ('ok', %L::uuid, true)$$, :'a'), 'upload: the first job');
select is((select count(*) from nightdrop.part where id = :'u')::integer, 0,
    'upload: its parts are gone');

-- Kept a day after the job is final.
update nightdrop.idempotency_key set created = now() - interval '3 days';
select nightdrop.upkeep();
select is((select count(*) from nightdrop.idempotency_key)::integer, 5,
    'no key is forgotten while its job waits or has just ended');
update nightdrop.response set finished = now() - interval '2 days'
where id = :'a';
select results_eq($$select what from nightdrop.upkeep() where what like 'idem%'$$,
    $$values ('idempotency keys: 1 old ones forgotten')$$, 'a day later it is');
select results_eq(format($$execute send(%L, 'q', 'ann', 'new', 'k1')$$, :'u'),
    format($$values ('ok', %L::uuid, false, 'accepted')$$, :'u'),
    'then the key is free');
delete from nightdrop.waiting where id = :'u';
delete from nightdrop.job where id = :'u';
select t.id() as v \gset
select results_eq(format($$execute send(%L, 'q', 'ann', 'newer', 'k1')$$, :'v'),
    format($$values ('ok', %L::uuid, false, 'accepted')$$, :'v'),
    'so it is when its job is no longer kept');

select * from finish();
rollback;
