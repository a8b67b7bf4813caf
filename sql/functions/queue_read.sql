-- queue_read(queue): a queue, for those who submit.
--
-- Returns:  one row, or none where there is no such queue.  waiting is from the
--           counters; running counts what has started; last_run is the last
--           opening; graded and hits are of the first quotes of the jobs that
--           the last 12 runs brought to an end: of how many there was one, and
--           how many were final by the latest time that it named.
-- Tables:   queue, queue_basis, counter, running, run_queue, run.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_read(queue text)
returns table (name text, description text, reply integer, accepting boolean,
    held boolean, media_types text, max_size bigint, waiting bigint,
    running bigint, next_start timestamptz, last_run timestamptz,
    graded bigint, hits bigint)
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
	where rq.queue = q.name order by rq.run desc limit 1),
    b.graded, b.hits
from nightdrop.queue q
    left join nightdrop.queue_basis b on b.queue = q.name
where q.name = queue_read.queue
$$;

comment on function nightdrop.queue_read(text) is
'A queue: what it accepts, how full it is, when it is run, how good its quotes are.';
revoke all on function nightdrop.queue_read(text) from public;
grant execute on function nightdrop.queue_read(text) to nightdrop_responder;
