-- task_note(kind, id, verdict, attempt, queue, type, due): a task that is not
-- a job to run.
--
-- Returns:  a nightdrop.task with these columns and null in the others.
-- Tables:   none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.task_note(kind text, id uuid,
    verdict text, attempt integer, queue text, type text, due timestamptz)
returns nightdrop.task
language sql immutable parallel safe
return row(kind, id, verdict, attempt, queue, null, type, null, null, null,
    null, null, null, null, null, null, null, null, null, null, null, null,
    due, null)::nightdrop.task;

comment on function nightdrop.task_note(text, uuid, text, integer, text, text,
    timestamptz) is 'Internal: a task that is not a job to run.';
revoke all on function nightdrop.task_note(text, uuid, text, integer, text,
    text, timestamptz) from public;
