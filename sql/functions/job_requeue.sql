-- job_requeue(id, reason): a job that has ended is run once more.
--
-- Parameters: id; reason, in words, required.
-- Returns:    what was done, in words.
-- Errors:     ND404 no such job; ND409 it has not ended, was replaced by a
--             newer one of its name, its body was erased, or its bundle is
--             just being dismissed; ND422 no reason.
-- Tables:     job, bundle, waiting, running, response, named_job, requeue,
--             bundle_tally, counter, audit.
--
-- The same id, one round more; failures and continuations begin anew, attempts
-- are counted on.  Its earlier answer is kept with its round, and is no longer
-- shown.  A bundle that had ended has not any more.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_requeue(id uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	j nightdrop.job;
	f nightdrop.response;
	size integer;
begin
	perform nightdrop.reason_check(reason);
	j := nightdrop.job_find(id);
	select * into f from nightdrop.response o where o.id = job_requeue.id
	order by o.round desc limit 1 for update;
	-- Who held that may have erased it.
	select * into j from nightdrop.job o where o.id = job_requeue.id;
	if f.id is null or exists (select from nightdrop.waiting w
		where w.id = job_requeue.id)
	    or exists (select from nightdrop.running r
		where r.id = job_requeue.id) then
		raise exception 'job % has not ended', id
		    using errcode = 'ND409',
		    hint = 'select * from nightdrop.explain_job(...)';
	elsif j.erased is not null then
		raise exception 'the body of job % was erased at %', id,
		    j.erased using errcode = 'ND409';
	elsif f.reason like 'replaced by %' then
		raise exception 'job % was %', id, f.reason
		    using errcode = 'ND409',
		    hint = 'what its client wants is the newer one';
	elsif exists (select from nightdrop.bundle b
	    where j.line is not null
		and b.id = nightdrop.bundle_of(j.id, j.line)
		and b.stop is not null and nightdrop.bundle_pending(b)) then
		raise exception 'the bundle of job % is being dismissed', id
		    using errcode = 'ND409',
		    hint = 'nightdrop.bundle_dismiss until all its jobs have ended';
	end if;

	size := coalesce(octet_length(j.body), 0);
	insert into nightdrop.waiting (id, queue, position, priority, again,
	    bytes, round, attempt)
	select j.id, j.queue, clock_timestamp() - q.priority * q.aging,
	    q.priority, true, size, f.round + 1, f.attempt
	from nightdrop.queue q where q.name = j.queue;
	if not found then
		raise exception 'queue % of job % was dropped', j.queue, id
		    using errcode = 'ND409',
		    hint = 'nightdrop.queue_create makes it again';
	end if;
	insert into nightdrop.requeue (id, round, reason)
	values (j.id, f.round + 1, reason);
	if j.line is not null then
		-- That all were to be dismissed was for the life before.
		update nightdrop.bundle b
		set finished = null, expires = null, stop = null
		where b.id = nightdrop.bundle_of(j.id, j.line);
		insert into nightdrop.bundle_tally (bundle, successful, failed,
		    dismissed)
		values (nightdrop.bundle_of(j.id, j.line),
		    -(f.outcome = 'successful')::integer,
		    -(f.outcome = 'failed')::integer,
		    -(f.outcome = 'dismissed')::integer);
	end if;
	perform nightdrop.counter_add(array[j.queue], array[1::bigint],
	    array[size::bigint]);
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('job_requeue', 'job ' || id, reason,
	    jsonb_build_object('round', f.round, 'outcome', f.outcome,
		'status', f.status),
	    jsonb_build_object('round', f.round + 1));
	return format('job %s: waits again (round %s; it had %s with %s). The next run takes it.',
	    id, f.round + 1, case f.outcome when 'successful' then 'succeeded'
	    when 'failed' then 'failed' else 'been dismissed' end, f.status);
end
$$;

comment on function nightdrop.job_requeue(uuid, text) is
'Runs a job that has ended once more, same id: select job_requeue(id, ''why'') from nightdrop.failed_job where ...';
revoke all on function nightdrop.job_requeue(uuid, text) from public;
grant execute on function nightdrop.job_requeue(uuid, text) to nightdrop_dba;
