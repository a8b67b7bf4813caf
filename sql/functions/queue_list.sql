-- queue_list(): the queues, for those who submit.
--
-- Returns:  a row a queue, by name, as queue_read answers it.
-- Tables:   queue, and those of queue_read.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_list()
returns table (name text, description text, reply integer, accepting boolean,
    held boolean, media_types text, max_size bigint, waiting bigint,
    running bigint, next_start timestamptz, last_run timestamptz,
    graded bigint, hits bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select r.*
from nightdrop.queue q
    cross join lateral nightdrop.queue_read(q.name) r
order by q.name
$$;

comment on function nightdrop.queue_list() is
'The queues: what they accept, how full they are, when they are run, how good their quotes are.';
revoke all on function nightdrop.queue_list() from public;
grant execute on function nightdrop.queue_list() to nightdrop_responder;
