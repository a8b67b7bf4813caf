-- bundle_abort(id): a bundle that was not sealed is not wanted.
--
-- Returns:  true: there is more to delete, call again (or leave it to upkeep).
-- Tables:   bundle, job.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_abort(id uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	perform set_config('synchronous_commit', 'off', true);
	-- Waits for one that is being sealed; then looks again.
	update nightdrop.bundle b set expires = '-infinity'
	where b.id = bundle_abort.id and b.sealed is null;
	return found and nightdrop.bundle_forget(bundle_abort.id, 10000);
end
$$;

comment on function nightdrop.bundle_abort(uuid) is
'Forgets a bundle that was not sealed, a piece at a time.';
revoke all on function nightdrop.bundle_abort(uuid) from public;
grant execute on function nightdrop.bundle_abort(uuid) to nightdrop_responder;
