-- output_drop(ids, attempts): the parts that attempts had answered are nobody's.
--
-- Parameters: parallel arrays.
-- Returns:    nothing.
-- Tables:     part.
--
-- One after another: for each the partition is known, and its key is the way to
-- it whatever the planner thinks of the table.  Few attempts end so.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.output_drop(ids uuid[],
    attempts integer[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
begin
	for i in 1 .. coalesce(cardinality(ids), 0) loop
		delete from nightdrop.part p
		where p.id = ids[i] and p.holder = attempts[i];
	end loop;
end
$$;

comment on function nightdrop.output_drop(uuid[], integer[]) is
'Internal: removes the parts of attempts whose answer is nobody''s.';
revoke all on function nightdrop.output_drop(uuid[], integer[]) from public;
