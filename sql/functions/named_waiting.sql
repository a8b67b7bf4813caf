-- named_waiting(queue, owner, name): the job that waits under a name.
--
-- Parameters: queue, owner and name, as in named_accept; name null: none.
-- Returns:    its id; null: nothing waits there.
-- Tables:     named_job, waiting.
--
-- As things are now: only named_accept, which holds the name, may act on it.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.named_waiting(queue text, owner text,
    name text)
returns uuid
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select n.id from nightdrop.named_job n
    join nightdrop.waiting w on w.id = n.id
where n.queue = named_waiting.queue and n.owner = named_waiting.owner
    and n.name = named_waiting.name
$$;

comment on function nightdrop.named_waiting(text, text, text) is
'Internal: the job that waits under a name.';
revoke all on function nightdrop.named_waiting(text, text, text) from public;
