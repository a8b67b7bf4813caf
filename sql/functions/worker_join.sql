-- worker_join(run, slots, host, pid, lock, token): a worker's row.
--
-- Parameters: of the process, as for run_open.
-- Returns:    its id; its lease lasts 300 seconds from now.
-- Tables:     worker.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.worker_join(run bigint, slots integer,
    host text, pid integer, lock text, token uuid)
returns bigint
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
insert into nightdrop.worker (run, token, host, pid, lock, slots, lease)
values (run, token, host, pid, lock, slots,
    clock_timestamp() + interval '300 seconds')
returning id
$$;

comment on function nightdrop.worker_join(bigint, integer, text, integer, text,
    uuid) is 'Internal: inserts a worker.';
revoke all on function nightdrop.worker_join(bigint, integer, text, integer,
    text, uuid) from public;
