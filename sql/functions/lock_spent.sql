-- lock_spent(names): have these lock files served?
--
-- Parameters: names of lock files, without their directories: they are made to
--             be the only ones of their name.
-- Returns:    a row for each that a worker was under: name; spent, all its
--             workers have left their runs or were declared lost, so that it
--             proves nothing any more to anybody.
-- Errors:     none of its own.
-- Tables:     worker.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.lock_spent(names text[])
returns table (name text, spent boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select n.name, bool_and(w.left_at is not null)
from nightdrop.worker w
    join unnest(names) n(name) on n.name = substring(w.lock from '[^/]*$')
group by n.name
$$;

comment on function nightdrop.lock_spent(text[]) is
'Which lock files of dead batches prove nothing any more.';
revoke all on function nightdrop.lock_spent(text[]) from public;
grant execute on function nightdrop.lock_spent(text[]) to nightdrop_batch;
