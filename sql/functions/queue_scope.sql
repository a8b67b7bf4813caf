-- queue_scope(scope): the queues that a batch is about to work on.
--
-- Parameters: scope, names; null: all.
-- Returns:    a row for each that exists, by name: its time limit in
--             milliseconds and whether it is held.  A name that is not
--             answered is not a queue.
-- Tables:     queue.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_scope(scope text[])
returns table (name text, time_limit_ms bigint, held boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select q.name, (extract(epoch from q.time_limit) * 1000)::bigint, q.held
from nightdrop.queue q
where scope is null or q.name = any (scope)
order by q.name
$$;

comment on function nightdrop.queue_scope(text[]) is
'The queues of a batch''s scope, to find their handlers.';
revoke all on function nightdrop.queue_scope(text[]) from public;
grant execute on function nightdrop.queue_scope(text[]) to nightdrop_batch;
