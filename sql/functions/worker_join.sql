-- worker_join(run, slots, host, pid, lock, token, queues, lease_s): a worker's
-- row.
--
-- Parameters: of the process, as for run_open; queues, those that it takes jobs
--             of (null: all).
-- Returns:    its id; its lease begins now.
-- Tables:     worker.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.worker_join(run bigint, slots integer,
    host text, pid integer, lock text, token uuid, queues text[],
    lease_s integer)
returns bigint
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
insert into nightdrop.worker (run, token, host, pid, lock, slots, queues, term,
    lease)
select run, token, host, pid, lock, slots, queues, l.term,
    clock_timestamp() + l.term
from (select make_interval(secs => lease_s) as term) l
returning id
$$;

comment on function nightdrop.worker_join(bigint, integer, text, integer, text,
    uuid, text[], integer) is 'Internal: inserts a worker.';
revoke all on function nightdrop.worker_join(bigint, integer, text, integer,
    text, uuid, text[], integer) from public;
