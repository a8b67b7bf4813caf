-- bundle_stop(id, owner, capability): a client wants a bundle dismissed.
--
-- Parameters: id; owner and capability as for job_visible.
-- Returns:    one row: verdict ok, none or gone; more, whether there are jobs
--             left that wait: call again; running, how many its workers will
--             end.
-- Errors:     55P03, 40P01 somebody was in the way; call again.
-- Tables:     bundle, waiting, running, response, queue, counter,
--             bundle_tally, and those of bundle_advance.
--
-- A piece of 10,000 lines a call.  The wish itself is written with the first:
-- if nobody calls again, the next run dismisses the rest before it takes a job.
-- What a run is just claiming is passed over here and seen by the next look.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_stop(id uuid, owner text,
    capability boolean)
returns table (verdict text, more boolean, running bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
	b nightdrop.bundle;
	last uuid;
begin
	perform nightdrop.durable();
	verdict := nightdrop.bundle_visible(bundle_stop.id, bundle_stop.owner,
	    capability);
	if verdict <> 'ok' then
		return next;
		return;
	end if;
	-- Also where it was stopped before: the commit must have WAL.
	update nightdrop.bundle o set stop = coalesce(o.stop, 'client')
	where o.id = bundle_stop.id returning * into b;
	last := nightdrop.bundle_line(b.id, b.lines);
	perform nightdrop.bundle_end(b);
	-- One look at both: what moves between them is in one of them.
	select exists (select from nightdrop.bundle o
		where o.id = b.id and o.expanded < o.lines)
	    or exists (select from nightdrop.waiting w
		where w.id > b.id and w.id <= last)
	    or exists (select from nightdrop.running r
		where r.id > b.id and r.id <= last and r.stop is null),
	    (select count(*) from nightdrop.running r
	    where r.id > b.id and r.id <= last)
	into more, running;
	return next;
end
$$;

comment on function nightdrop.bundle_stop(uuid, text, boolean) is
'Dismisses a bundle for a client, a piece at a time.';
revoke all on function nightdrop.bundle_stop(uuid, text, boolean) from public;
grant execute on function nightdrop.bundle_stop(uuid, text, boolean)
	to nightdrop_responder;
