-- job_stop(id, owner, capability): a client wants its job dismissed.
--
-- Parameters: id; owner and capability as for job_visible.
-- Returns:    dismissed (it waited: it is final now, 410 by client), already
--             (it was dismissed before), stopping (a worker has it, and will
--             see), finished (too late), none, gone.
-- Errors:     ND503 it kept moving from one place to another; try again.
-- Tables:     those of job_visible and job_end.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_stop(id uuid, owner text,
    capability boolean)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	verdict text;
begin
	verdict := nightdrop.job_visible(id, owner, capability);
	if verdict <> 'ok' then
		return verdict;
	end if;
	return nightdrop.job_end(id, 'client');
end
$$;

comment on function nightdrop.job_stop(uuid, text, boolean) is
'Dismisses a job for a client: at once where it waits, by its worker where it runs.';
revoke all on function nightdrop.job_stop(uuid, text, boolean) from public;
grant execute on function nightdrop.job_stop(uuid, text, boolean)
	to nightdrop_responder;
