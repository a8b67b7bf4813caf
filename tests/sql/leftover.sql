-- lock_spent: which lock files of dead batches prove nothing any more.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(6);

select t.queue('q');
select t.open() as w1 \gset
select run as r from nightdrop.worker where id = :w1 \gset
update nightdrop.worker set lock = '/run/x/a.lock' where id = :w1;
select worker as w2 from nightdrop.run_join(:r, 1, 'h', 1, '/other//b.lock',
    gen_random_uuid(), '{}') \gset
select worker as w3 from nightdrop.run_join(:r, 1, 'h', 1, '/run/x/a.lock',
    gen_random_uuid(), '{}') \gset

select results_eq($$select * from nightdrop.lock_spent(
    '{a.lock,b.lock,c.lock}') order by name$$,
    $$values ('a.lock', false), ('b.lock', false)$$,
    'known by their names, wherever; not known: no row');
update nightdrop.worker set left_at = now() where id = :w1;
select is((select spent from nightdrop.lock_spent('{a.lock}')), false,
    'one of two workers has left');
select is((select workers from nightdrop.recover(:w2, token, array[:w3]))
    , 1::bigint, 'the other is taken for dead')
from nightdrop.worker where id = :w2;
select is((select spent from nightdrop.lock_spent('{a.lock}')), true,
    'it is spent');
select is((select spent from nightdrop.lock_spent('{b.lock}')), false,
    'who lives needs his');
select is_empty($$select from nightdrop.lock_spent('{}')$$, 'none');

select * from finish();
rollback;
