-- upload_abort(id): forget an upload and its parts.
--
-- Returns:  nothing; an upload that is a job already stays one.
-- Tables:   upload, part, job.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_abort(id uuid)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	perform set_config('synchronous_commit', 'off', true);
	-- Waits for one that is being finished; then looks again.
	perform from nightdrop.upload u where u.id = upload_abort.id for update;
	if not exists (select from nightdrop.job j
	    where j.id = upload_abort.id) then
		perform nightdrop.upload_forget(id);
	end if;
end
$$;

comment on function nightdrop.upload_abort(uuid) is
'Forgets an upload and its parts, unless it has become a job.';
revoke all on function nightdrop.upload_abort(uuid) from public;
grant execute on function nightdrop.upload_abort(uuid) to nightdrop_responder;
