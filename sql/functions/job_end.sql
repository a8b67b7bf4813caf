-- job_end(id, by): dismiss a job, wherever it is.
--
-- Parameters: id, of a job that the caller may dismiss; by, client or operator.
-- Returns:    dismissed, already, stopping or finished, as job_stop.
-- Errors:     ND503 it kept moving from one place to another; try again.
-- Tables:     bundle, waiting, running, response, counter, queue,
--             bundle_tally.
--
-- A job is in one place at a time, but it may move between our looking here
-- and there: each statement waits for whoever moves it and then sees where it
-- went, and so we look again.  A repeated call rewrites what the first one
-- wrote, so that its commit has WAL to wait for.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_end(id uuid, by text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	w nightdrop.waiting;
begin
	perform nightdrop.durable();
	if nightdrop.bundle_pluck(id, by) then
		return 'dismissed';
	end if;
	for tries in 1 .. 20 loop
		delete from nightdrop.waiting l where l.id = job_end.id
		returning * into w;
		if found then
			insert into nightdrop.response (id, round, outcome,
			    status, reason, by, finished, expires, attempt,
			    body)
			select w.id, w.round, 'dismissed', 410, 'Gone',
			    job_end.by, clock_timestamp(),
			    clock_timestamp() + q.retention, w.attempt, ''
			from nightdrop.queue q where q.name = w.queue;
			perform nightdrop.counter_add(array[w.queue],
			    array[-1::bigint], array[-w.bytes::bigint]);
			perform nightdrop.bundle_count(array[id],
			    array['dismissed']);
			return 'dismissed';
		end if;

		update nightdrop.running r set stop = coalesce(r.stop, job_end.by)
		where r.id = job_end.id;
		if found then
			return 'stopping';
		end if;

		update nightdrop.response f set outcome = f.outcome
		where f.id = job_end.id and f.outcome = 'dismissed'
		    and not exists (select from nightdrop.waiting l
			where l.id = job_end.id)
		    and not exists (select from nightdrop.running r
			where r.id = job_end.id)
		    and not exists (select from nightdrop.response n
			where n.id = job_end.id and n.round > f.round);
		if found then
			return 'already';
		end if;

		if exists (select from nightdrop.response f
		    where f.id = job_end.id
		    and not exists (select from nightdrop.waiting l
			where l.id = job_end.id)
		    and not exists (select from nightdrop.running r
			where r.id = job_end.id)) then
			return 'finished';
		end if;
	end loop;
	raise exception 'job % keeps moving; try again', id
	    using errcode = 'ND503';
end
$$;

comment on function nightdrop.job_end(uuid, text) is
'Internal: dismisses a job at once where it waits, by its worker where it runs.';
revoke all on function nightdrop.job_end(uuid, text) from public;
