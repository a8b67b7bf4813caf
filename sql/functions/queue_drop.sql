-- queue_drop(queue, reason): a queue that is not needed any more.
--
-- Parameters: queue; reason, in words, required.
-- Returns:    what was done, in words.
-- Errors:     ND404 no such queue; ND409 it still accepts, or has jobs, uploads
--             or bundles that have not ended, or a run that is open; ND422 no
--             reason; 55P03 somebody holds the table (pg_dump): try later.
-- Tables:     queue, waiting, running, bundle, upload, run_queue,
--             audit; and what belongs to a queue: counter, queue_basis,
--             run_queue, named_job.
--
-- Its jobs that have ended are kept and answered as before.
--
-- Who is just accepting has read the table queue, and holds its lock until the
-- commit: ours waits for all of them, half a second at most, and makes those
-- who come later see what we did.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_drop(queue text, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
#variable_conflict use_column
declare
	q nightdrop.queue;
	why text;
begin
	perform nightdrop.reason_check(reason);
	lock table nightdrop.queue in access exclusive mode;
	select * into q from nightdrop.queue o where o.name = queue_drop.queue;
	if not found then
		raise exception 'there is no queue %', queue_drop.queue
		    using errcode = 'ND404',
		    hint = 'select name from nightdrop.queue_status';
	elsif q.accepting then
		raise exception 'queue % still accepts', q.name
		    using errcode = 'ND409', hint = 'nightdrop.queue_close first';
	end if;
	why := case
	    when exists (select from nightdrop.waiting w
		where w.queue = q.name) then 'has jobs that wait'
	    when exists (select from nightdrop.running r
		where r.queue = q.name) then 'has jobs in workers'' hands'
	    when exists (select from nightdrop.bundle b
		where b.queue = q.name and b.finished is null)
	    then 'has bundles that have not ended'
	    when exists (select from nightdrop.upload u
		where u.queue = q.name) then 'has uploads on their way in'
	    when exists (select from nightdrop.run_queue rq
		where rq.queue = q.name and rq.open) then 'is in an open run'
	    end;
	if why is not null then
		raise exception 'queue % %', q.name, why using errcode = 'ND409',
		    hint = 'let a run end them, dismiss them, or select nightdrop.upkeep() for what has expired';
	end if;
	delete from nightdrop.queue o where o.name = q.name;
	insert into nightdrop.audit (verb, object, reason, before)
	values ('queue_drop', 'queue ' || q.name, reason, to_jsonb(q));
	return format('queue %s: dropped. Its jobs that have ended are answered until they expire. Remove its handler from the handler directories.',
	    q.name);
end
$$;

comment on function nightdrop.queue_drop(text, text) is
'Drops a queue that is closed and empty: queue_drop(''report'', ''why'').';
revoke all on function nightdrop.queue_drop(text, text) from public;
grant execute on function nightdrop.queue_drop(text, text) to nightdrop_dba;
