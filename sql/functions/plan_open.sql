-- plan_open(scope, window_text): what a run that opened now would find.
--
-- Parameters: scope, names of queues (null: all); window_text as for
--             window_end.
-- Returns:    a row for each queue of the scope, by name: held; run, open and
--             with queues that a live worker may be at (busy) or not (then it
--             would be resumed), and in_hand, jobs that its workers hold; done,
--             its run of this business date is closed;
--             waiting, jobs in line, of which bundled are lines that a run has
--             to expand yet, and later are held or not due yet; p50_ms and
--             p95_ms, how long its jobs have taken (null: too few to know); cap
--             and long as in claim_lines, and latest; and, the same in each
--             row, the run's cutoff, cut and until.
-- Errors:     ND422 as window_end.
-- Tables:     queue, queue_basis, counter, waiting, running, bundle, run_queue,
--             worker.
--
-- Stable: PostgreSQL refuses it to write, or to lock a row.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.plan_open(scope text[], window_text text)
returns table (queue text, held boolean, run bigint, busy boolean,
    done boolean, in_hand bigint, waiting bigint, bundled bigint, later bigint,
    p50_ms bigint, p95_ms bigint, cap integer, long boolean,
    latest timestamptz, cutoff text, cut timestamptz, until timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
<<my>>
declare
	cut constant timestamptz := clock_timestamp();
	cutoff constant pg_snapshot := pg_current_snapshot();
	until constant timestamptz := nightdrop.window_end(cut, window_text);
begin
	return query
	select q.name, q.held, rq.run, coalesce(exists (
		select from nightdrop.worker w where w.run = rq.run
		and not nightdrop.worker_dead(w, '{}')), false),
	    nightdrop.queue_done(q.name, nightdrop.business_date(my.cut)),
	    (select count(*) from nightdrop.running i where i.queue = q.name),
	    greatest(c.waiting, 0), s.bundled, a.later,
	    (extract(epoch from b.p50) * 1000)::bigint,
	    (extract(epoch from n.need) * 1000)::bigint,
	    nightdrop.claim_cap(q, n.need, my.cut, my.until),
	    n.need > my.until - my.cut is true,
	    nightdrop.window_latest(n.need, my.cut, my.until),
	    my.cutoff::text, my.cut, my.until
	from nightdrop.queue q
	    join nightdrop.queue_basis b on b.queue = q.name
	    left join nightdrop.run_queue rq on rq.queue = q.name and rq.open
	    cross join lateral (select nightdrop.queue_need(b) as need) n
	    cross join lateral (select coalesce(sum(k.waiting), 0)::bigint
		as waiting from nightdrop.counter k
		where k.queue = q.name) c
	    cross join lateral (select coalesce(sum(u.left_lines), 0)::bigint
		as bundled from nightdrop.bundle u
		where u.queue = q.name and u.sealed is not null
		    and u.expanded < u.lines) s
	    cross join lateral (select count(*) as later
		from nightdrop.waiting w
		where w.queue = q.name and w.again and w.not_before > my.cut) a
	where scope is null or q.name = any (scope)
	order by q.name;
end
$$;

comment on function nightdrop.plan_open(text[], text) is
'What a run that opened now would find: for --plan.';
revoke all on function nightdrop.plan_open(text[], text) from public;
grant execute on function nightdrop.plan_open(text[], text) to nightdrop_batch;
