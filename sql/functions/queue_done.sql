-- queue_done(queue, today): is the run of this business date closed?
--
-- Parameters: queue; today, a business date.
-- Returns:    whether the last run of the queue was of that date, and not
--             closed by somebody else because its workers were dead.
-- Tables:     run_queue, run.
--
-- Internal: for --daily.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_done(queue text, today date)
returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select coalesce((select u.business_date >= today and not u.abandoned
    from nightdrop.run_queue o join nightdrop.run u on u.id = o.run
    where o.queue = queue_done.queue order by o.run desc limit 1), false)
$$;

comment on function nightdrop.queue_done(text, date) is
'Internal: whether a queue''s run of a business date is closed.';
revoke all on function nightdrop.queue_done(text, date) from public;
