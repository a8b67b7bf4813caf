-- task_claim(q, j, u, ...): a reserved job with everything needed to run it.
--
-- Parameters: q, its queue; j, its submission; u, the bundle that it is
--             a line of (null: none); place in the line, attempt (started so
--             far), failures, lost, state, from its row in running; long and
--             latest, as in claim_lines.
-- Returns:    a nightdrop.task of kind claim; attempt is the number that its
--             start will have; body is null where it is in parts; verdict is
--             long, or null; due is when it must have begun.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.task_claim(q nightdrop.queue,
    j nightdrop.job, u nightdrop.bundle, place timestamptz, attempt integer, failures integer,
    lost boolean, state bytea, long boolean, latest timestamptz)
returns nightdrop.task
language sql stable parallel safe
return row('claim', (j).id, case when long then 'long' end, attempt + 1, (j).queue, 
    coalesce((u).request, (j).request)::text,
    (j).type, (j).size, (j).digest,
    case when (j).size = 0 then '' else (j).body end,
    (q).max_attempts, failures, lost, state,
    coalesce((u).sealed, (j).accepted), place,
    (extract(epoch from (q).time_limit) * 1000)::bigint,
    ceil(extract(epoch from (q).cpu_limit))::integer, (q).memory_limit,
    (q).max_output, array_to_json((q).request_fields)::text, (j).owner,
    latest, (q).max_files)::nightdrop.task;

comment on function nightdrop.task_claim(nightdrop.queue, nightdrop.job,
    nightdrop.bundle, timestamptz, integer, integer, boolean, bytea,
    boolean, timestamptz) is
'Internal: a reserved job with everything needed to run it.';
revoke all on function nightdrop.task_claim(nightdrop.queue, nightdrop.job,
    nightdrop.bundle, timestamptz, integer, integer, boolean, bytea,
    boolean, timestamptz) from public;
