-- upload_end(id, owner, capability): a client gives an upload up.
--
-- Parameters: owner and capability as for job_visible.
-- Returns:    ok (it and its parts are gone); done (it is a job, and stays);
--             none, gone as upload_read.
-- Tables:     upload, part, and those of upload_read.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_end(id uuid, owner text,
    capability boolean)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	verdict text;
begin
	perform nightdrop.durable();
	-- Waits for one that is becoming a job; then looks again.
	perform from nightdrop.upload u where u.id = upload_end.id for update;
	select r.verdict into verdict
	from nightdrop.upload_read(id, owner, capability) r;
	if verdict = 'ok' then
		perform nightdrop.upload_forget(id);
	end if;
	return verdict;
end
$$;

comment on function nightdrop.upload_end(uuid, text, boolean) is
'Forgets an upload at its client''s wish.';
revoke all on function nightdrop.upload_end(uuid, text, boolean) from public;
grant execute on function nightdrop.upload_end(uuid, text, boolean)
	to nightdrop_responder;
