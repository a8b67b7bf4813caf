-- Everything says what it is: \d+ is the manual.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(7);

select is_empty($$select relname from pg_class c
    where relnamespace = 'nightdrop'::regnamespace
	and relkind in ('r', 'p', 'v') and obj_description(oid) is null$$,
    'each table, partition and view has a comment');
select is_empty($$select proname from pg_proc
    where pronamespace = 'nightdrop'::regnamespace
	and obj_description(oid, 'pg_proc') is null$$,
    'each function has a comment');
select is_empty($$select t.typname from pg_type t
    join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
    where t.typnamespace = 'nightdrop'::regnamespace
	and obj_description(t.oid, 'pg_type') is null$$,
    'each type has a comment');
select is_empty($$select rolname from pg_roles
    where rolname like 'nightdrop\_%'
	and shobj_description(oid, 'pg_authid') is null$$,
    'each role has a comment');

select is_empty($$select c.relname || '.' || a.attname
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
	and not a.attisdropped
    where c.relnamespace = 'nightdrop'::regnamespace
	and c.relkind in ('r', 'p', 'v', 'c') and not c.relispartition
	and col_description(c.oid, a.attnum) is null$$,
    'each column has a comment (sql/comments.sql has words for many)');
select is_empty($$select k.conname from pg_constraint k
    join pg_class c on c.oid = k.conrelid and not c.relispartition
    where k.connamespace = 'nightdrop'::regnamespace
	and obj_description(k.oid, 'pg_constraint') is null$$,
    'each constraint');
select is_empty($$select c.relname from pg_index i
    join pg_class c on c.oid = i.indexrelid and not c.relispartition
    where c.relnamespace = 'nightdrop'::regnamespace
	and not exists (select from pg_constraint k
	    where k.conindid = i.indexrelid)
	and obj_description(c.oid, 'pg_class') is null$$,
    'each index');

select * from finish();
rollback;
