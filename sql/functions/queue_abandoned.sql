-- queue_abandoned(queue): did nobody finish the last run of this queue?
--
-- Returns:    whether that was closed by others because its workers were dead.
-- Tables:     run_queue, run.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_abandoned(queue text)
returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select coalesce((select u.abandoned
    from nightdrop.run_queue rq join nightdrop.run u on u.id = rq.run
    where rq.queue = queue_abandoned.queue order by rq.run desc limit 1), false)
$$;

comment on function nightdrop.queue_abandoned(text) is
'Internal: whether the last run of a queue was closed for dead.';
revoke all on function nightdrop.queue_abandoned(text) from public;
