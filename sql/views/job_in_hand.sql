-- The jobs that the statement of a .sql handler is to do, in the transaction that
-- does them, and nothing in any other: the row of chunk that names them was
-- written by this transaction, and no other one sees it before it commits.
--
-- A barrier, so that no condition of the reader's is tried on other jobs; and
-- each job is looked up by its id, whatever the planner thinks of the chunk.
-- What bundle_of() says is written out: see job_status.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.job_in_hand with (security_barrier) as
select j.id, j.queue, r.attempt, coalesce(j.sealed, j.accepted) as accepted,
    j.owner, j.type, j.size,
    case when j.size = 0 then ''
	when j.body is not null then j.body
	else (select string_agg(p.data, '' order by p.seq)
	    from nightdrop.part p where p.id = j.id and p.holder = 0)
    end as body,
    j.request, r.state, r.run, r.business_date
from nightdrop.chunk c
    cross join lateral unnest(c.ids) k(id)
    cross join lateral (
	select r.attempt, r.state, r.run, u.business_date
	from nightdrop.running r join nightdrop.run u on u.id = r.run
	where r.id = k.id offset 0) r
    cross join lateral (
	select j.id, j.queue, j.accepted, u.sealed, j.owner, j.type, j.size,
	    j.body, coalesce(u.request, j.request) as request
	from nightdrop.job j
	    left join lateral (
		select o.sealed, o.request from nightdrop.bundle o
		where j.line is not null
		    and o.id = (left(j.id::text, 28) || '00000000')::uuid
		offset 0) u on true
	where j.id = k.id offset 0) j
where c.xact = pg_current_xact_id_if_assigned() and c.queue is null
union all
select c.ids[1], c.queue, 1, clock_timestamp(), '' collate "C", c.type,
    octet_length(c.body)::bigint, c.body, '{"REQUEST_METHOD": "POST"}'::json,
    null, null, nightdrop.business_date(clock_timestamp())
from nightdrop.chunk c
where c.xact = pg_current_xact_id_if_assigned() and c.queue is not null;

comment on view nightdrop.job_in_hand is
'The jobs that a .sql handler is to do now. It answers a row (id, status, type, body) for each of them; outside of it there are none.';
comment on column nightdrop.job_in_hand.accepted is
'When it was accepted; of a line of a bundle, when the bundle was sealed.';
comment on column nightdrop.job_in_hand.body is
'What was sent: convert_from(body, ''UTF8'')::jsonb where it is JSON.';
comment on column nightdrop.job_in_hand.request is
'The request''s CGI variables: request->>''QUERY_STRING''.';
comment on column nightdrop.job_in_hand.state is
'The body of its last answer where that was 202 (to be continued in the next run).';
grant select on nightdrop.job_in_hand to nightdrop_handler;
