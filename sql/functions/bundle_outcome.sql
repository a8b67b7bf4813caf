-- bundle_outcome(id): the final answer of a line, where it has one now.
--
-- Returns:  no row while it waits or is in hand.
-- Tables:   response, waiting, running.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_outcome(id uuid)
returns setof nightdrop.response
language sql stable
as $$
select f.* from nightdrop.response f
where f.id = bundle_outcome.id
    and not exists (select from nightdrop.waiting w
	where w.id = bundle_outcome.id)
    and not exists (select from nightdrop.running r
	where r.id = bundle_outcome.id)
order by f.round desc limit 1
$$;

comment on function nightdrop.bundle_outcome(uuid) is
'Internal: the final answer of a job, where it has one now.';
revoke all on function nightdrop.bundle_outcome(uuid) from public;
