-- accept(ids, queues, owners, requests, types, bodies, sizes, digests): jobs
-- into the line.
--
-- Parameters: parallel arrays; ids are distinct.  bodies holds null where the
--             body is in part, holder 0; then its size is in sizes.  sizes as
--             a whole may be null: the bodies' own.  types may hold null.
-- Returns:    a receipt for each id, in no particular order, with the verdict
--             ok, no_queue, closed, media_type, too_large, clock, backlog or
--             taken (the id is another job's).
-- Errors:     23514 no partition for the month of an id: call upkeep().  Never
--             for a refusal.
-- Tables:     queue, queue_basis, counter, job, waiting.
--
-- Idempotent by id.  Somebody who could not hear our answer calls again, maybe
-- while the first transaction still waits for its standby.  So: the insert
-- waits for whoever inserts the same id; only what it did insert goes into the
-- line; and what was there is rewritten, because a transaction without WAL
-- would not wait for the standby, and its acknowledgement would be worth less
-- than the first.
--
-- An id is refused when its time is more than ten minutes off this server's
-- clock: partitions and 410 go by it.  (Not for a body in parts: its id is
-- that of an upload, which may have taken hours, and was judged then.)
--
-- The backlog is counted without waiting for others: max_waiting can be passed
-- by what is accepted in the same moment.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.accept(ids uuid[], queues text[],
    owners text[], requests jsonb[], types text[], bodies bytea[],
    sizes bigint[], digests bytea[])
returns setof nightdrop.receipt
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
	clock constant timestamptz := clock_timestamp();
	oldest constant uuid :=
	    nightdrop.uuid_floor(clock - interval '10 minutes');
	newest constant uuid :=
	    nightdrop.uuid_floor(clock + interval '10 minutes');
	mine constant smallint := pg_backend_pid() % 16;
	made nightdrop.receipt[];
	refused uuid[];
	verdicts text[];
begin
	perform nightdrop.durable();

	with line as materialized (
		select q.name, q.accepting, q.media_types, q.max_size,
		    q.max_waiting, q.reply::integer, q.priority,
		    q.priority * q.aging as worth, b.runs, b.next_start,
		    b.every, b.opened, b.slots, b.p50, b.p95, b.version,
		    b.taken, greatest((select sum(c.waiting)
		    from nightdrop.counter c where c.queue = q.name), 0)::bigint
		    as waiting
		from (select distinct u.queue from unnest(queues) u(queue)) d
		    join nightdrop.queue q on q.name = d.queue
		    join nightdrop.queue_basis b on b.queue = d.queue
	), each as (
		select u.*, l.*, case when u.body is not null
			and u.id not between oldest and newest then 'clock'
		    else nightdrop.judge(l.name, l.accepting,
			l.media_types, l.max_size, l.max_waiting, u.type,
			coalesce(u.size, octet_length(u.body)), l.waiting)
		    end as verdict
		from unnest(ids, queues, owners, requests, types, bodies,
			sizes, digests) u(id, queue, owner, request, type,
			body, size, digest)
		    left join line l on l.name = u.queue
	), placed as (
		select e.*, e.waiting - 1 + count(*) filter (where
		    e.verdict = 'ok') over (partition by e.queue
		    order by e.id rows unbounded preceding) as ahead
		from each e
	), judged as materialized (
		select p.*, case when p.verdict = 'ok'
		    and p.ahead >= p.max_waiting then 'backlog'
		    else p.verdict end as answer
		from placed p
	), fresh as (
		insert into nightdrop.job as j (id, queue, owner, accepted,
		    request, type, size, digest, body, quote_earliest,
		    quote_likely, quote_latest, quote_ahead, quote_fits,
		    quote_basis, quote_version, quote_taken)
		select u.id, u.queue, u.owner, clock, u.request, u.type,
		    coalesce(u.size, octet_length(u.body)), u.digest, u.body,
		    t.earliest, t.likely, t.latest, u.ahead, t.fits, t.basis,
		    u.version, u.taken
		from judged u
		    cross join lateral nightdrop.quote(u.runs, u.next_start,
			u.every, u.opened, u.slots, u.p50, u.p95, u.ahead,
			clock) t
		where u.answer = 'ok'
		on conflict (id) do nothing
		returning j.id, j.queue, j.size, j.digest,
		    coalesce(octet_length(j.body), 0) as bytes,
		    j.quote_earliest, j.quote_likely, j.quote_latest,
		    j.quote_ahead, j.quote_fits, j.quote_basis, j.quote_version
	), inline as (
		insert into nightdrop.waiting (id, queue, position, priority,
		    bytes)
		select f.id, f.queue, clock - l.worth, l.priority, f.bytes
		from fresh f join line l on l.name = f.queue
	), held as materialized (
		select d.queue, d.jobs, d.bytes
		from (select f.queue, count(*) as jobs, sum(f.bytes) as bytes
			from fresh f group by f.queue) d
		    join nightdrop.counter c
			on c.queue = d.queue and c.slot = mine
		order by c.queue for no key update of c
	), counted as (
		update nightdrop.counter c
		set waiting = c.waiting + h.jobs, bytes = c.bytes + h.bytes
		from held h where c.queue = h.queue and c.slot = mine
	)
	select (select array_agg(row(f.id, 'ok', l.reply, clock, f.size,
		f.digest, 'accepted', nightdrop.version_of('accepted', 1, 0,
		f.quote_version, null, null), f.quote_earliest,
		f.quote_likely, f.quote_latest, f.quote_ahead, f.quote_fits,
		f.quote_basis, null, false)::nightdrop.receipt)
	    from fresh f join line l on l.name = f.queue),
	    array_agg(j.id), array_agg(j.answer)
	into made, refused, verdicts
	from judged j where j.answer <> 'ok';

	return query select * from unnest(made);
	if cardinality(made) = cardinality(ids) then
		return;
	end if;

	-- The others were there, or are refused.
	return query
	with other as materialized (
		select u.*, r.verdict
		from unnest(ids, queues, owners, digests)
			u(id, queue, owner, digest)
		    left join unnest(refused, verdicts) r(id, verdict)
			on r.id = u.id
		where u.id not in (select m.id from unnest(made) m)
	), rewritten as (
		update nightdrop.job j set size = j.size from other o
		where j.id = o.id and j.queue = o.queue and j.owner = o.owner
		    and j.digest = o.digest
		returning j.id
	), known as materialized (
		select r.* from nightdrop.receipts(
		    array(select w.id from rewritten w)) r
	)
	select k.* from known k
	union all
	select o.id, case when j.id is null then o.verdict else 'taken' end,
	    q.reply::integer, null::timestamptz, null::bigint, null::bytea,
	    null, null, null::timestamptz, null::timestamptz,
	    null::timestamptz, null::bigint, null::boolean, null,
	    case o.verdict when 'too_large' then q.max_size
	    when 'backlog' then q.max_waiting end, false
	from other o
	    left join nightdrop.job j on j.id = o.id
	    left join nightdrop.queue q on q.name = o.queue
	where o.id not in (select k.id from known k);
end
$$;

comment on function nightdrop.accept(uuid[], text[], text[], jsonb[], text[],
    bytea[], bigint[], bytea[]) is
'Internal: puts jobs into the line, set-based, idempotent by id.';
revoke all on function nightdrop.accept(uuid[], text[], text[], jsonb[],
    text[], bytea[], bigint[], bytea[]) from public;
