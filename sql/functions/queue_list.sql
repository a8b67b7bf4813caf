-- queue_list(): the queues, for those who submit.
--
-- Returns:  a row a queue, by name.  waiting is from the counters; running
--           counts what has started; last_run is the last opening.
-- Tables:   queue, queue_basis, counter, running, run_queue, run.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_list()
returns table (name text, description text, reply integer, accepting boolean,
    held boolean, media_types text, max_size bigint, waiting bigint,
    running bigint, next_start timestamptz, last_run timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select q.name, q.description, q.reply::integer, q.accepting, q.held,
    array_to_json(q.media_types)::text, q.max_size,
    (select greatest(sum(c.waiting), 0)::bigint from nightdrop.counter c
	where c.queue = q.name),
    (select count(r.started) from nightdrop.running r where r.queue = q.name),
    b.next_start,
    (select u.opened from nightdrop.run_queue rq
	join nightdrop.run u on u.id = rq.run
	where rq.queue = q.name order by rq.run desc limit 1)
from nightdrop.queue q
    left join nightdrop.queue_basis b on b.queue = q.name
order by q.name
$$;

comment on function nightdrop.queue_list() is
'The queues: what they accept, how full they are, when they are run.';
revoke all on function nightdrop.queue_list() from public;
grant execute on function nightdrop.queue_list() to nightdrop_responder;
