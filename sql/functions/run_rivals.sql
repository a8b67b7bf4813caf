-- run_rivals(scope, proven): open runs that have queues of a scope.
--
-- Parameters: scope, names of queues, null: all; proven, as for worker_dead.
-- Returns:    a row a run: its id, business date, and whether it is live: a
--             worker of it may be at work.
-- Errors:     55P03 somebody is opening, or closing one of these.
-- Tables:     run, run_queue, worker.
--
-- Each is locked before it is judged, and stays so: what was dead stays dead.
-- One that is being closed is not waited for: all other openings would wait too.
--
-- Internal: part of run_open.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_rivals(scope text[], proven bigint[])
returns table (run bigint, business_date date, live boolean)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set lock_timeout = '100ms'
as $$
#variable_conflict use_column
declare
	wanted bigint[];
begin
	select array_agg(distinct rq.run order by rq.run) into wanted
	from nightdrop.run_queue rq
	where rq.open and (scope is null or rq.queue = any (scope));
	perform nightdrop.run_lock(r)
	from unnest(wanted) with ordinality x(r, o) order by o;
	return query
	select u.id, u.business_date, exists (select from nightdrop.worker w
	    where w.run = u.id and not nightdrop.worker_dead(w, proven))
	from nightdrop.run u
	where u.id = any (wanted) and u.closed is null;
end
$$;

comment on function nightdrop.run_rivals(text[], bigint[]) is
'Internal: locks and judges the open runs in the way of an opening.';
revoke all on function nightdrop.run_rivals(text[], bigint[]) from public;
