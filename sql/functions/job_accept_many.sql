-- job_accept_many(ids, queues, owners, requests, types, bodies, digests, sizes,
-- counted): jobs into the line, many in one transaction: the responder's grouped
-- commit.
--
-- Parameters: parallel arrays; ids are distinct; types may hold null.  sizes is
--             for upload_finish alone: bodies holds null where the body is in
--             part, holder 0, and sizes has its size.  counted: the caller has
--             had the owners' quotas checked, by quota_check.
-- Returns:    a receipt for each id, in no particular order, with the verdict
--             ok, no_queue, nobody, forbidden, closed, media_type, too_large,
--             clock, backlog, alone (not counted, and the queue has a quota for
--             each owner: job_accept) or taken (the id is another job's).
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
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_accept_many(ids uuid[], queues text[],
    owners text[], requests json[], types text[], bodies bytea[],
    digests bytea[], sizes bigint[] default null,
    counted boolean default false)
returns setof nightdrop.receipt
language plpgsql volatile security definer
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
	n integer;
begin
	perform nightdrop.durable();

	-- What is the same for all jobs of a queue is worked out once, in line.
	return query
	with line as materialized (
		select q.name, q.submitters, q.accepting, q.media_types,
		    q.max_size, q.max_waiting,
		    q.max_waiting_owner is not null as quota, q.reply::integer, q.priority,
		    clock - q.priority * q.aging as position, b.version,
		    b.taken, b.behind,
		    nightdrop.version_of('accepted', 1, 0, b.version, null,
			null) as tag,
		    t.start, t.following, t.room_s, t.fast, t.slow, t.lead_s,
		    t.pace_s, t.p50, t.tail, t.basis,
		    greatest((select sum(c.waiting) from nightdrop.counter c
			where c.queue = q.name), 0)::bigint as waiting
		from (select distinct u.queue from unnest(queues) u(queue)) d
		    join nightdrop.queue q on q.name = d.queue
		    join nightdrop.queue_basis b on b.queue = d.queue
		    cross join lateral nightdrop.quote_line(b, clock) t
	), each as (
		select u.*, l.*, case when u.body is not null
			and u.id not between oldest and newest then 'clock'
		    when l.quota and not job_accept_many.counted then 'alone'
		    else nightdrop.judge(l.name, l.submitters, l.accepting,
			l.media_types, l.max_size, l.max_waiting, u.owner,
			u.type, coalesce(u.size, octet_length(u.body)), l.waiting)
		    end as verdict
		from unnest(ids, queues, owners, requests, types, bodies,
			sizes, digests) u(id, queue, owner, request, type,
			body, size, digest)
		    join line l on l.name = u.queue
	), placed as (
		select e.*, e.waiting - 1 + count(*) over (
		    partition by e.queue order by e.id
		    rows unbounded preceding) as ahead
		from each e where e.verdict = 'ok'
	), fresh as (
		insert into nightdrop.job as j (id, queue, owner, accepted,
		    request, type, size, digest, body, quote_earliest,
		    quote_likely, quote_latest, quote_ahead, quote_fits,
		    quote_basis, quote_version, quote_taken)
		select p.id, p.queue, p.owner, clock, p.request, p.type,
		    coalesce(p.size, octet_length(p.body)), p.digest, p.body,
		    nightdrop.quote_at(p.start, p.following, p.room_s,
			p.fast * w.x_s),
		    nightdrop.quote_at(p.start, p.following, p.room_s, w.x_s)
			+ p.p50,
		    nightdrop.quote_at(p.start, p.following, p.room_s,
			p.slow * w.x_s) + p.tail,
		    p.ahead, coalesce(p.slow * w.x_s <= p.room_s, true),
		    p.basis, p.version, p.taken
		from placed p
		    cross join lateral (select greatest(p.lead_s
			+ (p.ahead - p.behind) * p.pace_s, 0) as x_s
			offset 0) w
		where p.max_waiting is null or p.ahead < p.max_waiting
		on conflict (id) do nothing
		returning j.id, j.queue, j.owner, j.size, j.digest,
		    coalesce(octet_length(j.body), 0) as bytes,
		    j.quote_earliest, j.quote_likely, j.quote_latest,
		    j.quote_ahead, j.quote_fits
	), inline as (
		insert into nightdrop.waiting (id, queue, position, priority,
		    bytes, owner)
		select f.id, f.queue, l.position, l.priority, f.bytes,
		    case when l.quota then f.owner end
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
	select f.id, 'ok', l.reply, clock, f.size, f.digest, 'accepted', l.tag,
	    f.quote_earliest, f.quote_likely, f.quote_latest, f.quote_ahead,
	    f.quote_fits, l.basis, null::bigint, false
	from fresh f join line l on l.name = f.queue;
	get diagnostics n = row_count;
	if n = cardinality(ids) then
		return;
	end if;

	-- The others were there, or are refused.  (What this call accepted has
	-- its clock and its transaction's number.)  One that would not be
	-- refused any more is told to come again, as for a backlog.
	return query
	with other as materialized (
		select u.id, u.queue, u.owner, u.digest, q.reply, q.max_size,
		    q.max_waiting, case when u.body is not null
			and u.id not between oldest and newest then 'clock'
		    when q.max_waiting_owner is not null
			and not job_accept_many.counted then 'alone'
		    else nightdrop.judge(q.name, q.submitters, q.accepting,
			q.media_types, q.max_size, q.max_waiting, u.owner,
			u.type,
			coalesce(u.size, octet_length(u.body)),
			(select greatest(sum(c.waiting), 0)::bigint
			from nightdrop.counter c where c.queue = q.name))
		    end as verdict
		from unnest(ids, queues, owners, types, bodies, sizes, digests)
			u(id, queue, owner, type, body, size, digest)
		    left join nightdrop.queue q on q.name = u.queue
		where not exists (select from nightdrop.waiting w
			join nightdrop.job j on j.id = w.id
		    where w.id = u.id and w.since = pg_current_xact_id()
			and j.accepted = clock)
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
	select o.id, case when j.id is not null then 'taken'
	    when o.verdict = 'ok' then 'backlog' else o.verdict end,
	    o.reply::integer, null::timestamptz, null::bigint, null::bytea,
	    null, null, null::timestamptz, null::timestamptz,
	    null::timestamptz, null::bigint, null::boolean, null,
	    case o.verdict when 'too_large' then o.max_size
	    when 'backlog' then o.max_waiting end, false
	from other o
	    left join nightdrop.job j on j.id = o.id
	where o.id not in (select k.id from known k);
end
$$;

comment on function nightdrop.job_accept_many(uuid[], text[], text[], json[],
    text[], bytea[], bytea[], bigint[], boolean) is
'Accepts jobs, many in one transaction; a receipt or a refusal for each.';
revoke all on function nightdrop.job_accept_many(uuid[], text[], text[],
    json[], text[], bytea[], bytea[], bigint[], boolean) from public;
grant execute on function nightdrop.job_accept_many(uuid[], text[], text[],
    json[], text[], bytea[], bytea[], bigint[], boolean) to nightdrop_responder;
