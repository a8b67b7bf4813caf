-- bundle_visible(id, owner, capability): may this caller see this bundle?
--
-- Parameters: owner and capability as for job_visible.
-- Returns:    ok; none (there is none, it is not theirs, or it is not sealed:
--             never told apart); gone (kept no longer).
-- Tables:     bundle.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_visible(id uuid, owner text,
    capability boolean)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select coalesce((select case when b.expires < now() then 'gone' else 'ok' end
    from nightdrop.bundle b
    where b.id = bundle_visible.id and b.sealed is not null
	and (b.owner <> '' and b.owner = bundle_visible.owner
	    or b.owner = '' and capability)), 'none')
$$;

comment on function nightdrop.bundle_visible(uuid, text, boolean) is
'Internal: ok, none or gone, for a caller and a bundle.';
revoke all on function nightdrop.bundle_visible(uuid, text, boolean)
	from public;
