-- worker_dead(w, proven): is this worker dead, as far as the database can know?
--
-- Parameters: w, a worker's row; proven, ids of workers whose guardian's lock
--             file was found free.
-- Returns:    true: death is proven, or its lease ran out more than a tenth of
--             its length ago, 30 of 300 seconds (it fences itself before its
--             lease ends; the margin is for its clock's rate).  Also of one that has left or is lost.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.worker_dead(w nightdrop.worker,
    proven bigint[])
returns boolean
language sql volatile
return (w).left_at is not null or (w).lost
    or (w).id = any (coalesce(proven, '{}'))
    or (w).lease + (w).term / 10 < clock_timestamp();

comment on function nightdrop.worker_dead(nightdrop.worker, bigint[]) is
'Internal: whether a worker is dead.';
revoke all on function nightdrop.worker_dead(nightdrop.worker, bigint[])
	from public;
