-- Everything says what it is: \d+ is the manual.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(5);

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

-- Columns that cannot be read off their names.
select is_empty($$select c.relname || '.' || a.attname
    from unnest(array['queue.aging', 'queue.priority', 'queue.reply',
	'queue.held', 'queue.accepting', 'queue.max_continues',
	'queue.retention', 'job.owner', 'job.request', 'job.body',
	'waiting.position', 'waiting.since', 'waiting.again', 'waiting.round',
	'waiting.state', 'running.attempt', 'running.stop', 'response.holder',
	'response.fields', 'run.cutoff', 'run.given_back', 'worker.lock',
	'queue_basis.reach', 'queue_basis.version', 'attempt.log']) n(name)
    join pg_class c on c.relname = split_part(n.name, '.', 1)
	and c.relnamespace = 'nightdrop'::regnamespace
    join pg_attribute a on a.attrelid = c.oid
	and a.attname = split_part(n.name, '.', 2)
    where col_description(c.oid, a.attnum) is null$$,
    'each column that is not obvious has a comment');

select * from finish();
rollback;
