-- bundle_expand(worker, token): lines of bundles into waiting, for this run;
-- and those of bundles that somebody wants dismissed to their end.
--
-- Parameters: worker and token.
-- Returns:    one row: moved, lines moved on by this call, some 10,000 of a
--             thousand bundles at most; more, whether this run has bundles left to expand (they may be
--             in another worker's hands: call again in a while); lease_ms, how
--             long the lease lasts from now.
-- Errors:     ND401.
-- Tables:     worker, run, run_queue, queue, bundle, and those of
--             bundle_end.
--
-- Called until there is no more, before the first claim.  Taken are the
-- bundles that were sealed when the run opened, the first in line first.  The
-- commit need not wait for the disk: what is lost in a crash is done again.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_expand(worker bigint, token uuid)
returns table (moved integer, more boolean, lease_ms bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
<<my>>
declare
	run bigint;
	b nightdrop.bundle;
	next uuid;
begin
	perform set_config('synchronous_commit', 'off', true);
	run := nightdrop.worker_hold(worker, token, true);
	update nightdrop.worker w
	set lease = clock_timestamp() + w.term
	where w.id = bundle_expand.worker
	returning extract(epoch from w.term) * 1000 into lease_ms;

	-- Many in one look: there may be ten thousand of a line each.
	moved := 0;
	for next in
		select o.id
		from nightdrop.run_queue rq
		    join nightdrop.run u on u.id = rq.run
		    join nightdrop.queue q on q.name = rq.queue and not q.held
		    join nightdrop.bundle o on o.queue = rq.queue
		where rq.run = my.run and rq.open and o.sealed is not null
		    and o.finished is null and nightdrop.bundle_pending(o)
		    and pg_visible_in_snapshot(o.since, u.cutoff)
		order by o.position, o.id limit 1000
	loop
		select o.* into b from nightdrop.bundle o
		where o.id = next and nightdrop.bundle_pending(o)
		for update skip locked;
		continue when not found;
		moved := moved + case when b.stop is not null
		    then nightdrop.bundle_end(b)
		    else nightdrop.bundle_advance(b, 10000 - moved) end;
		exit when moved >= 10000;
	end loop;
	more := exists (select from nightdrop.run_queue rq
	    join nightdrop.run u on u.id = rq.run
	    join nightdrop.queue q on q.name = rq.queue and not q.held
	    join nightdrop.bundle o on o.queue = rq.queue
	where rq.run = my.run and rq.open and o.sealed is not null
	    and o.finished is null and nightdrop.bundle_pending(o)
	    and pg_visible_in_snapshot(o.since, u.cutoff));
	return next;
end
$$;

comment on function nightdrop.bundle_expand(bigint, uuid) is
'Moves lines of sealed bundles into waiting, 10,000 at a time.';
revoke all on function nightdrop.bundle_expand(bigint, uuid) from public;
grant execute on function nightdrop.bundle_expand(bigint, uuid)
	to nightdrop_batch;
