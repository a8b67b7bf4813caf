-- job_stop(id, owner, capability): a client wants its job dismissed.
--
-- Parameters: id; owner and capability as for job_visible.
-- Returns:    dismissed (it waited: it is final now, 410 by client), already
--             (it was dismissed before), stopping (a worker has it, and will
--             see), finished (too late), none, gone.
-- Errors:     ND503 it kept moving from one place to another; try again.
-- Tables:     bundle, waiting, running, response, counter, queue,
--             bundle_tally.
--
-- A job is in one place at a time, but it may move between our looking here
-- and there: each statement waits for whoever moves it and then sees where it
-- went, and so we look again.  A repeated call rewrites what the first one
-- wrote, so that its commit has WAL to wait for.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_stop(id uuid, owner text,
    capability boolean)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	w nightdrop.waiting;
	verdict text;
begin
	verdict := nightdrop.job_visible(id, owner, capability);
	if verdict <> 'ok' then
		return verdict;
	end if;
	perform nightdrop.durable();
	if nightdrop.bundle_pluck(id) then
		return 'dismissed';
	end if;
	for tries in 1 .. 20 loop
		delete from nightdrop.waiting l where l.id = job_stop.id
		returning * into w;
		if found then
			insert into nightdrop.response (id, round, outcome,
			    status, reason, by, finished, expires, attempt,
			    body)
			select w.id, w.round, 'dismissed', 410, 'Gone',
			    'client', clock_timestamp(),
			    clock_timestamp() + q.retention, w.attempt, ''
			from nightdrop.queue q where q.name = w.queue;
			perform nightdrop.counter_add(array[w.queue],
			    array[-1::bigint], array[-w.bytes::bigint]);
			perform nightdrop.bundle_count(array[id],
			    array['dismissed']);
			return 'dismissed';
		end if;

		update nightdrop.running r set stop = coalesce(r.stop, 'client')
		where r.id = job_stop.id;
		if found then
			return 'stopping';
		end if;

		update nightdrop.response f set outcome = f.outcome
		where f.id = job_stop.id and f.outcome = 'dismissed'
		    and not exists (select from nightdrop.waiting l
			where l.id = job_stop.id)
		    and not exists (select from nightdrop.running r
			where r.id = job_stop.id)
		    and not exists (select from nightdrop.response n
			where n.id = job_stop.id and n.round > f.round);
		if found then
			return 'already';
		end if;

		if exists (select from nightdrop.response f
		    where f.id = job_stop.id
		    and not exists (select from nightdrop.waiting l
			where l.id = job_stop.id)
		    and not exists (select from nightdrop.running r
			where r.id = job_stop.id)) then
			return 'finished';
		end if;
	end loop;
	raise exception 'job % keeps moving; try again', id
	    using errcode = 'ND503';
end
$$;

comment on function nightdrop.job_stop(uuid, text, boolean) is
'Dismisses a job for a client: at once where it waits, by its worker where it runs.';
revoke all on function nightdrop.job_stop(uuid, text, boolean) from public;
grant execute on function nightdrop.job_stop(uuid, text, boolean)
	to nightdrop_responder;
