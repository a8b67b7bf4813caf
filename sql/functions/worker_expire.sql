-- worker_expire(worker, reason): a worker's lease is over, now.
--
-- Parameters: worker, its number (running_job.worker); reason, in words,
--             required.
-- Returns:    what comes of it, in words.
-- Errors:     ND404 no such worker; ND409 it has left its run; ND422 no reason.
-- Tables:     worker, running, audit.
--
-- For one that is known to be dead where the database cannot know it yet (its
-- host burnt down): others may take its jobs at once instead of when its lease
-- runs out.  One that lives after all is refused at its next call, kills its
-- handlers and ends; what they had done is done twice.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.worker_expire(worker bigint, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	w nightdrop.worker;
	over timestamptz;
	begun bigint;
	reserved bigint;
begin
	perform nightdrop.reason_check(reason);
	select * into w from nightdrop.worker o
	where o.id = worker_expire.worker for no key update;
	if not found then
		raise exception 'there is no worker %', worker
		    using errcode = 'ND404',
		    hint = 'select distinct worker, host, pid, lease from nightdrop.running_job';
	elsif w.left_at is not null then
		raise exception 'worker % left its run at %', worker, w.left_at
		    using errcode = 'ND409';
	end if;
	over := least(w.lease, clock_timestamp() - w.term / 10
	    - interval '1 millisecond');
	update nightdrop.worker o set lease = over where o.id = w.id;
	select count(r.started), count(*) filter (where r.started is null)
	into begun, reserved
	from nightdrop.running r where r.worker = w.id;
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('worker_expire', 'worker ' || worker, reason,
	    jsonb_build_object('lease', w.lease),
	    jsonb_build_object('lease', over));
	return format('worker %s (process %s on %s): its lease is over. The next batch takes back %s jobs that had started, an attempt charged, and %s that had not.',
	    worker, w.pid, w.host, begun, reserved);
end
$$;

comment on function nightdrop.worker_expire(bigint, text) is
'Declares a worker''s lease over, so that others take its jobs at once: worker_expire(17, ''its host is down'').';
revoke all on function nightdrop.worker_expire(bigint, text) from public;
grant execute on function nightdrop.worker_expire(bigint, text)
	to nightdrop_dba;
