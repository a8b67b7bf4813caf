-- bundle_forget(bundle, most): lines of a bundle that was not sealed, gone.
--
-- Parameters: bundle, whose row the caller holds; most, how many at once.
-- Returns:    true: there are more.  With the last of them goes the bundle.
-- Tables:     bundle, job.
--
-- From the end, so that lines counts what is left.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_forget(bundle uuid, most integer)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
	lines integer;
begin
	update nightdrop.bundle b set lines = greatest(b.lines - most, 0)
	where b.id = bundle returning b.lines into lines;
	delete from nightdrop.job j
	where j.id > nightdrop.bundle_line(bundle, lines)
	    and j.id <= nightdrop.bundle_line(bundle, lines + most);
	if lines > 0 then
		return true;
	end if;
	delete from nightdrop.bundle b where b.id = bundle;
	return false;
end
$$;

comment on function nightdrop.bundle_forget(uuid, integer) is
'Internal: deletes lines of a bundle that was not sealed, and at last the bundle.';
revoke all on function nightdrop.bundle_forget(uuid, integer) from public;
