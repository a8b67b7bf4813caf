-- durable(): the commit of this transaction waits for the disk.
--
-- Where somebody has turned synchronous_commit off (or to local), raises it to
-- on for this transaction: what we acknowledge is durable, whoever configured
-- the server.  A stronger setting (remote_apply) is left.
--
-- Returns:  nothing.
-- Tables:   none.
--
-- Internal.  On every hot path, so without settings of its own: they would
-- cost more than it does.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.durable()
returns void
language plpgsql volatile
as $$
begin
	if pg_catalog.current_setting('synchronous_commit')
	    operator(pg_catalog.=) any (array['off', 'local']) then
		perform pg_catalog.set_config('synchronous_commit', 'on', true);
	end if;
end
$$;

comment on function nightdrop.durable() is
'Internal: raises synchronous_commit for this transaction where it was turned off.';
revoke all on function nightdrop.durable() from public;
