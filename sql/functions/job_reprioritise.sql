-- job_reprioritise(id, priority, reason): another place in its queue's line.
--
-- Parameters: id; priority, larger goes first: its place is its acceptance less
--             priority x the queue's aging; reason, in words, required.
-- Returns:    what was done, in words.
-- Errors:     ND404 no such job; ND409 it does not wait; ND422 no reason, or a
--             priority out of -1000 to 1000.
-- Tables:     job, bundle, waiting, running, queue, queue_basis, audit.
--
-- A run under way may have passed its new place: it looks there again in its
-- next pass.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_reprioritise(id uuid,
    priority integer, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	w nightdrop.waiting;
	ahead bigint;
begin
	perform nightdrop.reason_check(reason);
	if priority is null or priority not between -1000 and 1000 then
		raise exception 'a priority is a number from -1000 to 1000'
		    using errcode = 'ND422';
	end if;
	w := nightdrop.job_in_line(nightdrop.job_find(id));
	if w.priority = priority then
		return format('job %s: has priority %s already', id, priority);
	end if;
	update nightdrop.waiting l
	set priority = job_reprioritise.priority, position = l.position
	    + (l.priority - job_reprioritise.priority) * q.aging
	from nightdrop.queue q
	where l.id = job_reprioritise.id and q.name = l.queue
	returning l.position into w.position;
	perform nightdrop.reach_extend(w.queue, priority);
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('job_reprioritise', 'job ' || id, reason,
	    jsonb_build_object('priority', w.priority),
	    jsonb_build_object('priority', priority));
	select count(*) into ahead from (
		select from nightdrop.waiting l
		where l.queue = w.queue and not l.again
		    and (l.position, l.id) < (w.position, w.id)
		limit 10000) a;
	return format('job %s: priority is now %s (was %s); %s before it in line',
	    id, priority, w.priority, case when ahead = 10000
	    then '10000 or more' else ahead::text end);
end
$$;

comment on function nightdrop.job_reprioritise(uuid, integer, text) is
'Moves a job that waits: job_reprioritise(''019a...'', 10, ''why''); larger goes first.';
revoke all on function nightdrop.job_reprioritise(uuid, integer, text)
	from public;
grant execute on function nightdrop.job_reprioritise(uuid, integer, text)
	to nightdrop_dba;
