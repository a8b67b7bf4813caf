-- Months go when nothing of them is to be kept any longer, and not before.
--
-- SPDX-License-Identifier: ISC

begin;
select no_plan();
select t.queue('r');

-- A month long ago, with a job of each kind.
create temp table m as select date_trunc('month', now() at time zone 'UTC')
    - interval '5 months' as month;
create function pg_temp.at(days integer) returns uuid language sql as $$
select t.id((month + days * interval '1 day') at time zone 'UTC') from m $$;
create function pg_temp.tables() returns text language sql as $$
select string_agg(relname, ' ' order by relname) from pg_class
where relnamespace = 'nightdrop'::regnamespace and relkind = 'r'
    and relname like '%' || to_char((select month from m), '\_YYYY\_MM') $$;
grant select on m to nightdrop_owner;
set local role nightdrop_owner;
select nightdrop.partition_make(p, month at time zone 'UTC')
from m, unnest(array['job', 'part', 'attempt', 'response']) p;
reset role;
create temp table j as select pg_temp.at(3) as id;
insert into nightdrop.job (id, queue, accepted, request, size, digest, body)
select id, 'r', nightdrop.uuid_time(id), '{}', 1, '', 'x' from j;
insert into nightdrop.response (id, round, outcome, status, reason, by,
    finished, expires, attempt)
select id, 1, 'successful', 200, 'OK', 'handler', nightdrop.uuid_time(id),
    now() + interval '1 day', 1 from j;
insert into nightdrop.requeue (id, round, reason) select id, 2, 'x' from j;

select is_empty('select * from nightdrop.month_drop()',
    'what a client may still fetch keeps its month');
update nightdrop.response set expires = now() - interval '1 day';
insert into nightdrop.waiting (id, queue, position, bytes)
select id, 'r', now(), 1 from j;
select results_eq('select what, dropped from nightdrop.month_drop()',
    $$select format('month %s: kept, job %s of it has not ended: select * from nightdrop.explain_job(''%s'')',
    to_char(month, 'YYYY_MM'), id, id), false from m, j$$,
    'so does a job that waits, and is named');
select isnt(pg_temp.tables(), null, 'nothing was dropped');
delete from nightdrop.waiting;
insert into nightdrop.bundle (id, queue, request, sealed)
select (left(pg_temp.at(2)::text, 28) || '00000000')::uuid, 'r', '{}', now();
select is((select dropped from nightdrop.month_drop()), false,
    'and a bundle that has not ended');
update nightdrop.bundle set finished = now(), expires = now() - interval '1 s';
insert into nightdrop.bundle_tally (bundle, successful, failed, dismissed)
select id, 1, 0, 0 from nightdrop.bundle;
select results_eq('select what, dropped from nightdrop.month_drop()',
    $$select format('month %s: dropped', to_char(month, 'YYYY_MM')), true
    from m$$, 'then it is dropped');
select is(pg_temp.tables(), null, 'all four tables');
select is((select count(*) from nightdrop.bundle)
    + (select count(*) from nightdrop.bundle_tally)
    + (select count(*) from nightdrop.requeue), 0::bigint,
    'and what belonged to its jobs');
select is((select verdict from nightdrop.job_read((select id from j), '', true)),
    'gone', 'its clients get 410');
select is_empty('select * from nightdrop.month_drop()',
    'the months at hand are kept');

select * from finish();
rollback;
