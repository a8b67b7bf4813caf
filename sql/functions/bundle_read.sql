-- bundle_read(bundle, caller, capability): what a bundle has come to.
--
-- Parameters: bundle, its id; caller and capability as for job_read.
-- Returns:    one row; verdict ok, none or gone.  status: accepted; running,
--             once a job of it has started; then, when all have ended,
--             dismissed where somebody had it dismissed, failed where a job
--             failed, dismissed where one was, else successful.  version
--             changes exactly when the rest does.
-- Tables:     bundle, and those of bundle_show.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_read(bundle uuid, caller text,
    capability boolean)
returns setof nightdrop.bundle_state
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	verdict constant text :=
	    nightdrop.bundle_visible(bundle, caller, capability);
begin
	if verdict <> 'ok' then
		return next nightdrop.bundle_refusal(verdict, null);
		return;
	end if;
	return query select * from nightdrop.bundle_show(bundle);
end
$$;

comment on function nightdrop.bundle_read(uuid, text, boolean) is
'The monitor of a bundle: status, counts, quote, version.';
revoke all on function nightdrop.bundle_read(uuid, text, boolean) from public;
grant execute on function nightdrop.bundle_read(uuid, text, boolean)
	to nightdrop_responder;
