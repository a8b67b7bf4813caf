-- job_list(owner, of_queue, of_status, before, most): an owner's jobs, newest first.
--
-- Parameters: owner, not '' (then there are none); of_queue and of_status (of
--             the monitor's words), null: any; before, an id to go on behind,
--             null: the newest; most, rows of a page.
-- Returns:    up to most rows; and where there may be more, a last one in
--             which all but next is null: the id to go on behind.
-- Tables:     job (index job_owner), bundle, waiting, running, response.
--
-- What is kept no longer is left out, and lines of bundles that are not sealed.
--
-- Flat: each partition's index is walked from (owner, before) downwards, and
-- each job is looked up by its id.  (Owner is a range in the condition and in
-- the order, of one value: were it an equality, the primary key alone would
-- give that order, and an owner with few jobs be looked for among all.)  A page
-- looks at 10 x most jobs and no more: where few of them match it is short, or
-- even empty, and its next tells where to go on.  So a rare status costs many
-- cheap pages and never a dear one.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_list(owner text, of_queue text,
    of_status text, before uuid, most integer)
returns table (id uuid, queue text, status text, accepted timestamptz,
    finished timestamptz, outcome_status integer, next uuid)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
	each record;
	start constant uuid := coalesce(before,
	    'ffffffff-ffff-ffff-ffff-ffffffffffff');
	behind uuid;
	looked integer := 0;
	found integer := 0;
begin
	for each in
		select j.id, j.queue, s.status,
		    coalesce(b.sealed, j.accepted) as accepted, f.finished,
		    f.status::integer as code,
		    coalesce(f.expires >= now(), true)
			and (j.line is null or b.sealed is not null)
			and (of_queue is null or j.queue = of_queue)
			and (of_status is null or s.status = of_status)
		    as wanted
		from nightdrop.job j
		    left join lateral (
			select o.* from nightdrop.bundle o
			where j.line is not null
			    and o.id = nightdrop.bundle_of(j.id, j.line) offset 0) b
			on true
		    left join nightdrop.waiting w on w.id = j.id
		    left join nightdrop.running r on r.id = j.id
		    left join lateral (
			select f.outcome, f.status, f.finished, f.expires
			from nightdrop.response f
			where f.id = j.id and w.id is null and r.id is null
			order by f.round desc limit 1) f on true
		    cross join lateral (
			select case when r.started is not null then 'running'
			    else coalesce(f.outcome, 'accepted') end
			    as status) s
		where (j.owner, j.id) < (job_list.owner, start)
		    and j.owner >= job_list.owner and j.owner <> ''
		    and j.id < start
		order by j.owner desc, j.id desc
		limit 10 * most + 1
	loop
		if found = most or looked = 10 * most then
			id := null;
			queue := null;
			status := null;
			accepted := null;
			finished := null;
			outcome_status := null;
			next := behind;
			return next;
			return;
		end if;
		looked := looked + 1;
		behind := each.id;
		continue when not each.wanted;
		found := found + 1;
		id := each.id;
		queue := each.queue;
		status := each.status;
		accepted := each.accepted;
		finished := each.finished;
		outcome_status := each.code;
		return next;
	end loop;
end
$$;

comment on function nightdrop.job_list(text, text, text, uuid, integer) is
'A page of an owner''s jobs, newest first; a page looks at a bounded number of them.';
revoke all on function nightdrop.job_list(text, text, text, uuid, integer)
	from public;
grant execute on function nightdrop.job_list(text, text, text, uuid, integer)
	to nightdrop_responder;
