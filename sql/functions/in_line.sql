-- in_line(w, again, after_position, after_id, last, cutoff, clock): may this
-- run take that job now?
--
-- Parameters: w, a job that waits; again, which of a queue's two lines is
--             looked at; after_position and after_id, the job in that line
--             behind which it is looked for; last, the last place that is;
--             cutoff, of the run; clock, now.
-- Returns:    whether it may.
-- Tables:     none.
--
-- The one rule for what a claim takes and what a plan says that it will.
--
-- Internal.  Not security definer and without settings, so that it is inlined,
-- and the conditions are those of an index.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.in_line(w nightdrop.waiting,
    again boolean, after_position timestamptz, after_id uuid,
    last timestamptz, cutoff pg_snapshot, clock timestamptz)
returns boolean
language sql stable parallel safe
return (w).again = again and ((w).position, (w).id) > (after_position, after_id)
    and (w).position <= last and (not again or (w).not_before <= clock)
    and pg_visible_in_snapshot((w).since, cutoff);

comment on function nightdrop.in_line(nightdrop.waiting, boolean, timestamptz,
    uuid, timestamptz, pg_snapshot, timestamptz) is
'Internal: whether a run may take a job now.';
revoke all on function nightdrop.in_line(nightdrop.waiting, boolean,
    timestamptz, uuid, timestamptz, pg_snapshot, timestamptz) from public;
