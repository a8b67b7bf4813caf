-- reach_extend(queue, priority): the part of the line that a claim looks at
-- must hold jobs of this priority too (see queue_basis.reach).
--
-- Tables:     queue, queue_basis.
--
-- Internal: after a place was given that is not by the queue's own priority.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.reach_extend(queue text, priority integer)
returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
update nightdrop.queue_basis b set reach = -reach_extend.priority * q.aging
from nightdrop.queue q
where b.queue = reach_extend.queue and q.name = b.queue
    and b.reach < -reach_extend.priority * q.aging
$$;

comment on function nightdrop.reach_extend(text, integer) is
'Internal: widens the part of a queue''s line that a claim looks at.';
revoke all on function nightdrop.reach_extend(text, integer) from public;
