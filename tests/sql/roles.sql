-- Who may do what: programs touch no table, PUBLIC nothing at all.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(23);

select is_empty($$select c.relname, r.rolname
    from pg_class c, pg_roles r
    where c.relnamespace = 'nightdrop'::regnamespace
	and r.rolname in ('nightdrop_responder', 'nightdrop_batch')
	and c.relkind in ('r', 'p', 'v', 'm')
	and has_table_privilege(r.oid, c.oid,
	    'select, insert, update, delete, truncate, references, trigger')$$,
    'programs have no privilege on any table');
select is_empty($$select c.relname from pg_class c, pg_roles r
    where c.relnamespace = 'nightdrop'::regnamespace and c.relkind = 'S'
	and r.rolname in ('nightdrop_responder', 'nightdrop_batch',
	    'nightdrop_dba', 'nightdrop_monitor')
	and has_sequence_privilege(r.oid, c.oid, 'usage, select, update')$$,
    'nobody has one on a sequence');
select is_empty($$select c.relname from pg_class c
    cross join lateral aclexplode(c.relacl) a
    where c.relnamespace = 'nightdrop'::regnamespace
	and (a.grantee = 0 or a.grantee = 'nightdrop_dba'::regrole
	    and a.privilege_type <> 'SELECT')$$,
    'PUBLIC has nothing, the DBA reads');
select is_empty($$select p.proname from pg_proc p
    where p.pronamespace = 'nightdrop'::regnamespace
	and has_function_privilege('public', p.oid, 'execute')$$,
    'PUBLIC executes nothing');
select is(has_schema_privilege('public', 'nightdrop', 'usage'), false,
    'PUBLIC does not even see the schema');
select is_empty($$select r.rolname from pg_roles r
    where r.rolname like 'nightdrop\_%' and r.rolname <> 'nightdrop_owner'
	and has_schema_privilege(r.oid, 'nightdrop', 'create')$$,
    'nobody else makes anything in it');

-- The functions of each program, and no others.
select set_eq($$select proname::text from pg_proc
    where pronamespace = 'nightdrop'::regnamespace
	and has_function_privilege('nightdrop_responder', oid, 'execute')$$,
    array['hello', 'upkeep', 'secret', 'job_accept_many', 'job_accept',
    'bundle_open', 'bundle_append', 'bundle_abort', 'bundle_seal',
    'bundle_read', 'bundle_stop', 'bundle_jobs', 'bundle_responses',
    'upload_open', 'part_put', 'upload_finish', 'upload_abort',
    'named_accept', 'named_check', 'named_read',
    'upload_create', 'upload_read', 'upload_take', 'upload_append',
    'upload_keep', 'upload_complete', 'upload_end', 'job_read',
    'request_read', 'job_response', 'part_read', 'part_seek', 'job_stop',
    'job_list', 'queue_read', 'metrics', 'queue_list', 'health', 'token_owner',
    'load_note'], 'the responder''s functions');
select set_eq($$select proname::text from pg_proc
    where pronamespace = 'nightdrop'::regnamespace
	and has_function_privilege('nightdrop_batch', oid, 'execute')$$,
    array['hello', 'upkeep', 'queue_scope', 'run_open', 'run_join', 'run_abandon', 'recover',
    'lock_spent',
    'bundle_expand', 'lease_renew', 'turn', 'mine', 'give_back', 'output_put',
    'run_leave', 'part_read', 'digest_put', 'progress_put', 'run_ledger', 'adopt',
    'month_drop', 'chunk_role', 'chunk_begin', 'chunk_try',
    'plan_open', 'plan_claim'], 'the batch''s functions');
select set_eq($$select proname::text from pg_proc
    where pronamespace = 'nightdrop'::regnamespace
	and has_function_privilege('nightdrop_dba', oid, 'execute')$$,
    array['hello', 'upkeep', 'queue_create', 'queue_alter', 'queue_hold',
    'queue_release', 'queue_open', 'queue_close', 'submit_grant',
    'submit_revoke', 'token_create', 'token_revoke', 'job_dismiss',
    'queue_oldest', 'queue_late', 'setting_set', 'business_date', 'adopt',
    'job_hold', 'job_release', 'job_requeue', 'job_reprioritise',
    'bundle_dismiss', 'worker_expire', 'queue_drop', 'purge', 'erase',
    'explain_job', 'month_drop', 'window_end', 'load_note', 'run_expect',
    'bundle_promise', 'job_lost'], 'the DBA''s functions');
select set_eq($$select proname::text from pg_proc
    where pronamespace = 'nightdrop'::regnamespace
	and has_function_privilege('nightdrop_monitor', oid, 'execute')$$,
    array['hello', 'health', 'metrics', 'queue_oldest', 'queue_late',
    'business_date', 'explain_job', 'bundle_promise', 'job_lost'],
    'monitoring''s functions');

select is_empty($$select proname from pg_proc
    where pronamespace = 'nightdrop'::regnamespace
	and proowner <> 'nightdrop_owner'::regrole$$,
    'all functions belong to nightdrop_owner');
select is_empty($$select relname from pg_class
    where relnamespace = 'nightdrop'::regnamespace
	and relowner <> 'nightdrop_owner'::regrole$$,
    'so do all tables and views');
select is_empty($$select proname from pg_proc
    where pronamespace = 'nightdrop'::regnamespace and prosecdef
	and (proconfig is null
	or not 'search_path=pg_catalog, pg_temp' = any (proconfig))$$,
    'a definer''s search_path is pinned');
select is_empty($$select proname from pg_proc p
    where pronamespace = 'nightdrop'::regnamespace and not prosecdef
	and exists (select from pg_roles r
	    where r.rolname like 'nightdrop\_%'
	    and r.rolname <> 'nightdrop_owner'
	    and has_function_privilege(r.oid, p.oid, 'execute'))$$,
    'what others execute is security definer');
select is((select rolcanlogin from pg_roles where rolname = 'nightdrop_owner'),
    false, 'nobody logs in as the owner');
select is_empty($$select rolname from pg_roles
    where rolname like 'nightdrop\_%' and (rolsuper or rolcreaterole
	or rolcreatedb or rolreplication or rolbypassrls)$$,
    'no role has more than it needs');

-- In fact.
set local role nightdrop_responder;
select throws_ok('select * from nightdrop.job', '42501', null,
    'the responder does not read a table');
select throws_ok('select * from nightdrop.queue_create(''x'', ''y'')', '42501',
    null, 'nor make a queue');
set local role nightdrop_monitor;
select lives_ok('select * from nightdrop.queue_status, nightdrop.job_status,
    nightdrop.waiting_job, nightdrop.running_job, nightdrop.failed_job,
    nightdrop.lost_job, nightdrop.run_history, nightdrop.run_balance,
    nightdrop.late_job, nightdrop.queue_shape, nightdrop.storage,
    nightdrop.quote_accuracy',
    'monitoring reads all views');
set local role nightdrop_dba;
select lives_ok('select * from nightdrop.job, nightdrop.response, nightdrop.audit',
    'the DBA reads tables');
select throws_ok('select * from nightdrop.setting', '42501', null,
    'but not the secret');
reset role;
select is_empty($$select table_name, column_name
    from information_schema.columns
    where table_schema = 'nightdrop' and column_name in ('body', 'data', 'state')
	and table_name in (select relname from pg_class
	    where relkind = 'v' and relnamespace = 'nightdrop'::regnamespace
		and relname <> 'job_in_hand')$$,
    'no view has a body but a handler''s own');
select is_empty($$select grantee::regrole from pg_class c
    cross join lateral aclexplode(c.relacl) a
    where c.oid = 'nightdrop.job_in_hand'::regclass
	and a.grantee not in ('nightdrop_owner'::regrole,
	    'nightdrop_handler'::regrole)$$, 'which only handlers read');

select * from finish();
rollback;
