-- queue_set(queue, settings, verb, reason): change a queue's policy; audited.
--
-- Parameters: queue, its name; settings, a JSON object of columns of
--             nightdrop.queue and their new values; verb, for the audit;
--             reason, in words, required.
-- Returns:    what changed, in words.
-- Errors:     ND404 no such queue; ND403 a run_as that will not do; ND422 no reason, a name that is not a
--             setting (the message lists those that are); 23514 a value out of
--             range.
-- Tables:     queue, queue_basis, audit.
--
-- Internal: what all the verbs on queues come down to.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_set(queue text, settings jsonb,
    verb text, reason text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	before nightdrop.queue;
	after nightdrop.queue;
	known jsonb;
	unknown text;
	changed text;
begin
	perform nightdrop.reason_check(reason);
	select q.* into before from nightdrop.queue q
	where q.name = queue_set.queue for no key update;
	if not found then
		raise exception 'there is no queue %', queue_set.queue
		    using errcode = 'ND404',
		    hint = 'select name from nightdrop.queue_status';
	end if;

	known := to_jsonb(before) - '{name,created}'::text[];
	select string_agg(k, ', ') into unknown
	from jsonb_object_keys(settings) k where not known ? k;
	if unknown is not null then
		raise exception 'not a setting of a queue: %', unknown
		    using errcode = 'ND422', hint = 'the settings are '
		    || (select string_agg(k, ', ' order by k)
			from jsonb_object_keys(known) k);
	end if;

	after := jsonb_populate_record(before, coalesce(settings, '{}'));
	update nightdrop.queue q set (description, reply, accepting, held,
	    priority, aging, media_types, max_size, max_waiting, max_running,
	    max_attempts, max_continues, backoff, backoff_max, time_limit,
	    cpu_limit, memory_limit, max_output, request_fields,
	    response_fields, retention, submitters, max_waiting_owner,
	    max_files, run_as) = (after.description, after.reply,
	    after.accepting, after.held, after.priority, after.aging,
	    after.media_types, after.max_size, after.max_waiting,
	    after.max_running, after.max_attempts, after.max_continues,
	    after.backoff, after.backoff_max, after.time_limit,
	    after.cpu_limit, after.memory_limit, after.max_output,
	    after.request_fields, after.response_fields, after.retention,
	    after.submitters, after.max_waiting_owner,
	    after.max_files, after.run_as)
	where q.name = queue_set.queue;

	if after.run_as is distinct from before.run_as
	    and after.run_as is not null then
		perform nightdrop.run_as_check(queue_set.queue, after.run_as,
		    'nightdrop_batch');
	end if;

	-- Jobs placed by the old priority still wait (see queue_basis.reach).
	update nightdrop.queue_basis b
	set reach = greatest(b.reach, -after.priority * after.aging)
	where b.queue = queue_set.queue
	    and b.reach < -after.priority * after.aging;

	insert into nightdrop.audit (verb, object, reason, before, after)
	values (verb, 'queue ' || queue_set.queue, reason, to_jsonb(before),
	    to_jsonb(after));

	select string_agg(format('%s is now %s (was %s)', a.key, a.value,
	    b.value), '; ' order by a.key)
	into changed
	from jsonb_each(to_jsonb(after)) a
	    join jsonb_each(to_jsonb(before)) b on b.key = a.key
	where a.value <> b.value;
	return format('queue %s: %s', queue_set.queue,
	    coalesce(changed, 'nothing to change'));
end
$$;

comment on function nightdrop.queue_set(text, jsonb, text, text) is
'Internal: changes a queue''s policy and writes the audit.';
revoke all on function nightdrop.queue_set(text, jsonb, text, text) from public;
