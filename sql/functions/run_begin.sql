-- run_begin(dead, queues, slots, today, keep, ends): a run opens, or goes on.
--
-- Parameters: dead, the run that goes on (null: a new one); queues, what it
--             gets; slots, of the worker that enters it; today, the business
--             date of a new one; keep, whether one that goes on keeps its
--             cutoff and its window; ends, when its window closes (null: it
--             has none, or one that goes on keeps what is left of its own).
-- Returns:    its id.
-- Tables:     run, run_queue, counter, event, and those of quote_open.
--
-- The cutoff is the statement's snapshot; the clock is read after it.
--
-- Internal: part of run_open, which has locked and judged.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_begin(dead bigint, queues text[],
    slots integer, today date, keep boolean,
    ends timestamptz)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	mine bigint;
begin
	if dead is null then
		insert into nightdrop.run as u (opened, cutoff, cut, slots,
		    business_date, until, waiting_at_open)
		select clock_timestamp(), pg_current_snapshot(),
		    clock_timestamp(), run_begin.slots, today, ends,
		    coalesce(sum(greatest(c.waiting, 0)), 0)
		from (select sum(c.waiting) as waiting
		    from nightdrop.counter c where c.queue = any (queues)
		    group by c.queue) c
		returning u.id into mine;
	else
		update nightdrop.run u set resumed = u.resumed + 1,
		    cutoff = case when keep then u.cutoff
			else pg_current_snapshot() end,
		    cut = case when keep then u.cut
			else clock_timestamp() end,
		    until = case when keep then u.until
			else coalesce(ends, case when u.until
			    > clock_timestamp() then u.until end) end,
		    slots = run_begin.slots
		where u.id = dead
		returning u.id into mine;
		insert into nightdrop.event (kind, run, text)
		values ('run_resumed', mine, 'it had no live worker');
	end if;

	insert into nightdrop.run_queue (run, queue)
	select mine, q from unnest(queues) q;
	perform nightdrop.quote_open(mine);
	return mine;
end
$$;

comment on function nightdrop.run_begin(bigint, text[], integer, date,
    boolean, timestamptz) is 'Internal: writes the opening or the resumption of a run.';
revoke all on function nightdrop.run_begin(bigint, text[], integer, date,
    boolean, timestamptz) from public;
