-- run_seat(me, how): the answer to a worker that has its place.
--
-- Parameters: me, a worker; how, the verdict; null: it asks again.
-- Returns:    run_open's row, without others that are in the way.
-- Tables:     worker, run, run_queue.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_seat(me bigint, how text)
returns table (verdict text, run bigint, worker bigint, queues text[],
    busy text[], lease_ms bigint, busy_since timestamptz, busy_worker bigint[],
    busy_host text[], busy_lock text[], business_date text,
    until timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select coalesce(how, case
	when exists (select from nightdrop.worker o where o.run = w.run
	    and o.id < w.id and o.left_at is null) then 'joined'
	when u.resumed > 0 then 'resumed' else 'opened' end),
    w.run, w.id,
    array(select rq.queue from nightdrop.run_queue rq
	where rq.run = w.run and rq.open order by rq.queue)::text[],
    '{}'::text[], (extract(epoch from w.term) * 1000)::bigint,
    null::timestamptz, null::bigint[], null::text[], null::text[],
    to_char(u.business_date, 'YYYY-MM-DD'), u.until
from nightdrop.worker w join nightdrop.run u on u.id = w.run
where w.id = me
$$;

comment on function nightdrop.run_seat(bigint, text) is
'Internal: what a worker is told of its place in a run.';
revoke all on function nightdrop.run_seat(bigint, text) from public;
