-- plan_claim(names, hands, cutoff, cut, until, clock, want, after_...): what a
-- claim would take.
--
-- Parameters: as of claim_lines, cutoff as plan_open says it; hands, how many
--             jobs of each queue would be in hand; clock, when it would be;
--             want, how many at most.
-- Returns:    rows, of which kind says what they are: claim, the jobs in order
--             (latest and long as in claim_lines; attempt, which it would be;
--             later: it was not due at cut); or one idle, there is none, with
--             due as in claim_due.
-- Tables:     those of claim_lines and claim_due.
--
-- turn_claim without the taking: the rules are the same functions.  Stable:
-- PostgreSQL refuses it to write, or to lock a row.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.plan_claim(names text[], hands integer[],
    cutoff text, cut timestamptz, until timestamptz, clock timestamptz,
    want integer, after_queues text[], after_positions timestamptz[],
    after_ids uuid[])
returns table (kind text, queue text, id uuid, "position" timestamptz,
    attempt integer, lost boolean, later boolean, long boolean,
    latest timestamptz, due timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_sort = off
set jit = off
as $$
#variable_conflict use_column
declare
	shot constant pg_snapshot := cutoff::pg_snapshot;
	head record;
	taken bigint := 0;
	n bigint;
begin
	for head in
		select l.* from nightdrop.claim_lines(names, hands, shot, cut,
		    until, clock, after_queues, after_positions, after_ids) l
	loop
		n := least(want - taken, head.room);
		return query
		select 'claim', head.queue, p.id, p.position, p.attempt + 1,
		    p.lost, p.not_before > cut, head.long, head.latest,
		    null::timestamptz
		from ((select w.* from nightdrop.waiting w
			where w.queue = head.queue and nightdrop.in_line(w,
			    false, head.after_position, head.after_id,
			    head.fresh_end, shot, clock)
			order by w.position, w.id limit n)
			union all
			(select w.* from nightdrop.waiting w
			where w.queue = head.queue and nightdrop.in_line(w,
			    true, head.after_position, head.after_id,
			    head.again_end, shot, clock)
			order by w.position, w.id limit n)) p
		order by p.position, p.id limit n;
		get diagnostics n = row_count;
		taken := taken + n;
		exit when taken >= want;
	end loop;
	if taken = 0 then
		return query
		select 'idle', null, null::uuid, null::timestamptz,
		    null::integer, null::boolean, null::boolean, null::boolean,
		    null::timestamptz, d.due
		from nightdrop.claim_due(names, shot, cut, until, clock) d;
	end if;
end
$$;

comment on function nightdrop.plan_claim(text[], integer[], text, timestamptz,
    timestamptz, timestamptz, integer, text[], timestamptz[], uuid[]) is
'What a claim would take at some moment: for --plan.';
revoke all on function nightdrop.plan_claim(text[], integer[], text,
    timestamptz, timestamptz, timestamptz, integer, text[], timestamptz[],
    uuid[]) from public;
grant execute on function nightdrop.plan_claim(text[], integer[], text,
    timestamptz, timestamptz, timestamptz, integer, text[], timestamptz[],
    uuid[]) to nightdrop_batch;
