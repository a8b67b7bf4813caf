-- The roles of Nightdrop, and the schema they meet in.
--
-- nightdrop_owner owns everything and cannot log in.  The programs connect as
-- nightdrop_responder and nightdrop_batch: they may execute their functions
-- and touch no table, so what a program can do is what sql/functions says.
-- nightdrop_dba calls the verbs and reads; nightdrop_monitor reads the views.
-- No role has a password: pg_hba.conf decides who may be which.
--
-- Roles belong to the whole cluster.  One that exists is left as it is, with
-- whatever its administrator has set: only a new one gets our time-outs.
--
-- Run by sql/install as a superuser; repeatable.
--
-- SPDX-License-Identifier: ISC

do $$
declare
	r record;
begin
	for r in select * from (values
	    ('nightdrop_owner', 'nologin', null, null, null,
	    'Owns the schema nightdrop; nobody logs in as it.'),
	    ('nightdrop_responder', 'login', '30s', '2s', '10s',
	    'The FastCGI program: accepts and answers. Executes its functions, touches no table.'),
	    -- A close adds up a whole night.
	    ('nightdrop_batch', 'login', '15min', '2s', '1min',
	    'The batch program: runs jobs. Executes its functions, touches no table.'),
	    ('nightdrop_dba', 'login', '0', '2s', '10min',
	    'People: reads all of Nightdrop, calls the verbs (queue_create, queue_hold, ...).'),
	    ('nightdrop_monitor', 'login', '30s', '2s', '1min',
	    'Monitoring: reads the views, which hold no bodies.'),
	    ('nightdrop_handler', 'nologin', null, null, null,
	    'Granted to the roles that .sql handlers run as (run_as of a queue): reads job_in_hand.'))
	    v(name, login, statement_timeout, lock_timeout, idle_timeout, about)
	where not exists (
		select from pg_catalog.pg_roles where rolname = v.name)
	loop
		begin
			execute pg_catalog.format('create role %I %s', r.name,
			    r.login);
		exception when duplicate_object or unique_violation then
			continue; -- made for another database just now
		end;
		execute pg_catalog.format('comment on role %I is %L', r.name,
		    r.about);
		continue when r.login = 'nologin';
		execute pg_catalog.format(
		    'alter role %I set statement_timeout = %L',
		    r.name, r.statement_timeout);
		execute pg_catalog.format(
		    'alter role %I set lock_timeout = %L',
		    r.name, r.lock_timeout);
		execute pg_catalog.format(
		    'alter role %I set idle_in_transaction_session_timeout = %L',
		    r.name, r.idle_timeout);
	end loop;
end
$$;

create schema if not exists nightdrop authorization nightdrop_owner;
comment on schema nightdrop is
'Nightdrop: jobs accepted over HTTP now, run by the batch later. Start at the views: select * from nightdrop.queue_status.';
revoke all on schema nightdrop from public;
grant usage on schema nightdrop
	to nightdrop_responder, nightdrop_batch, nightdrop_dba, nightdrop_monitor,
	nightdrop_handler;

-- A new function is executable by everybody unless this says otherwise.
alter default privileges for role nightdrop_owner
	revoke execute on functions from public;
