-- bundle_pending(b): is there something to be moved on in a bundle?
--
-- Returns:  whether it has lines that are not moved on yet; or it is to be
--           dismissed, and some of them still wait.
-- Tables:   waiting.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_pending(b nightdrop.bundle)
returns boolean
language sql stable
as $$
select (b).expanded < (b).lines or (b).stop is not null
    and exists (select from nightdrop.waiting w
	where w.id > (b).id
	    and w.id <= nightdrop.bundle_line((b).id, (b).lines))
$$;

comment on function nightdrop.bundle_pending(nightdrop.bundle) is
'Internal: whether lines of a bundle are to be moved on.';
revoke all on function nightdrop.bundle_pending(nightdrop.bundle) from public;
