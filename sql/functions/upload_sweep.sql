-- upload_sweep(until): expired uploads and their parts, gone.
--
-- Parameters: until, when to stop; a piece of 64 MiB is always swept.
-- Returns:    a line in words, where something was swept.
-- Tables:     upload, part.
--
-- A run opens and closes in the transaction that this is in: so what others
-- have left behind, be it a thousand uploads of a GiB, must not take longer
-- than a moment.  What is left is the next caller's.  An upload whose parts
-- have begun to go is nobody's to go on with.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_sweep(until timestamptz)
returns table (what text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	u uuid;
	last integer;
	ended bigint := 0;
	parts bigint := 0;
	n bigint;
begin
	loop
		select o.id into u from nightdrop.upload o
		where o.expires < now()
		order by o.expires limit 1 for update skip locked;
		exit when not found;
		select max(p.seq) into last from nightdrop.part p
		where p.id = u and p.holder = 0;
		delete from nightdrop.part p
		where p.id = u and p.holder = 0 and p.seq > last - 256;
		get diagnostics n = row_count;
		parts := parts + n;
		if coalesce(last, 0) < 256 then
			delete from nightdrop.upload o where o.id = u;
			ended := ended + 1;
		else
			update nightdrop.upload o set writer = null
			where o.id = u and o.writer is not null;
		end if;
		exit when clock_timestamp() >= until;
	end loop;
	if ended + parts > 0 then
		what := format('uploads: %s expired ones swept', ended);
		return next;
	end if;
end
$$;

comment on function nightdrop.upload_sweep(timestamptz) is
'Internal: sweeps expired uploads with their parts, for as long as it may.';
revoke all on function nightdrop.upload_sweep(timestamptz) from public;
