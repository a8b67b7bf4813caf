-- queue_create(queue, reason, settings): a new queue.
--
-- Parameters: queue, its name ([a-z][a-z0-9_-]{0,62}: also its handler's file
--             name); reason, in words, required; settings, a JSON object of
--             columns of nightdrop.queue and their values (others: defaults).
-- Returns:    what was done, in words.
-- Errors:     ND409 it exists; ND422 no reason, unknown setting; 23514 a name
--             or value that is not allowed.
-- Tables:     queue, counter, queue_basis, audit.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_create(queue text, reason text,
    settings jsonb default '{}')
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	insert into nightdrop.queue (name) values (queue_create.queue)
	on conflict (name) do nothing;
	if not found then
		raise exception 'queue % exists', queue_create.queue
		    using errcode = 'ND409', hint = 'nightdrop.queue_alter changes it';
	end if;
	insert into nightdrop.counter (queue, slot)
	select queue_create.queue, s from generate_series(0, 15) s;
	-- The least possible, so that queue_set puts the right value.
	insert into nightdrop.queue_basis (queue, reach)
	values (queue_create.queue, '-200 years');
	perform nightdrop.queue_set(queue_create.queue, settings,
	    'queue_create', reason);
	return format('queue %s: created. Its handler is the file %s in the handler directory of each batch host.',
	    queue_create.queue, queue_create.queue);
end
$$;

comment on function nightdrop.queue_create(text, text, jsonb) is
'A new queue: queue_create(''report'', ''why'', ''{"max_attempts": 5, "time_limit": "10 min"}'').';
revoke all on function nightdrop.queue_create(text, text, jsonb) from public;
grant execute on function nightdrop.queue_create(text, text, jsonb)
	to nightdrop_dba;
