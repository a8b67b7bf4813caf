-- task_lean(q, id, size, place, ...): a reserved job for a statement, which reads
-- the rest where it is.
--
-- Parameters: q, its queue; id; size of its body; the others as in task_claim.
-- Returns:    a nightdrop.task of kind claim, without body, request and state.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.task_lean(q nightdrop.queue, id uuid,
    size bigint, place timestamptz, attempt integer, failures integer,
    lost boolean, long boolean, latest timestamptz)
returns nightdrop.task
language sql stable parallel safe
return row('claim', id, case when long then 'long' end, attempt + 1, (q).name,
    null, null, size, null, null, (q).max_attempts, failures, lost, null, null,
    place, (extract(epoch from (q).time_limit) * 1000)::bigint, null, null,
    (q).max_output, null, null, latest, null)::nightdrop.task;

comment on function nightdrop.task_lean(nightdrop.queue, uuid, bigint,
    timestamptz, integer, integer, boolean, boolean, timestamptz) is
'Internal: a reserved job for a statement.';
revoke all on function nightdrop.task_lean(nightdrop.queue, uuid, bigint,
    timestamptz, integer, integer, boolean, boolean, timestamptz) from public;
