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
-- what is not in waiting yet will not get there, whoever calls again.  What a
-- run is just claiming is passed over here and seen by the next look.
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
	clock constant timestamptz := clock_timestamp();
	b nightdrop.bundle;
	last uuid;
	gone uuid[];
	sizes bigint;
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
	if b.expanded < b.lines then
		perform nightdrop.bundle_advance(b, 10000);
	else
		with pick as materialized (
			select w.id from nightdrop.waiting w
			where w.id > b.id and w.id <= last
			order by w.id limit 10000 for update skip locked
		), left_line as (
			delete from nightdrop.waiting w using pick p
			where w.id = p.id
			returning w.id, w.round, w.attempt, w.bytes
		), final as (
			insert into nightdrop.response (id, round, outcome,
			    status, reason, by, finished, expires, attempt,
			    body)
			select l.id, l.round, 'dismissed', 410, 'Gone', b.stop,
			    clock, clock + coalesce(q.retention, '30 days'),
			    l.attempt, ''
			from left_line l
			    left join nightdrop.queue q on q.name = b.queue
		)
		select array_agg(l.id), sum(l.bytes) into gone, sizes
		from left_line l;
		update nightdrop.running r set stop = coalesce(r.stop, b.stop)
		where r.id in (select o.id from nightdrop.running o
			where o.id > b.id and o.id <= last
			order by o.id for update);
	end if;
	if gone is not null then
		perform nightdrop.bundle_count(gone, array_fill(
		    'dismissed'::text, array[cardinality(gone)]));
		perform nightdrop.counter_add(array[b.queue],
		    array[-cardinality(gone)::bigint], array[-sizes]);
	end if;
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
