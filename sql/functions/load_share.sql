-- load_share(ages, before): how much of a night's jobs usually comes in later
-- than so long before its run opens.
--
-- Parameters: ages, of the basis (20ths); before, seconds before the opening.
-- Returns:    a share of 1; 0 where nothing is known.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.load_share(ages interval[],
    before double precision)
returns double precision
language sql immutable
return case when before > 0 and cardinality(ages) > 0
    then (width_bucket(least(before, 3e9) * interval '1 second', ages) + 0.5)
	/ (cardinality(ages) + 1) else 0 end::double precision;

comment on function nightdrop.load_share(interval[], double precision) is
'Internal: share of a night''s jobs that usually comes in so shortly before its run.';
revoke all on function nightdrop.load_share(interval[], double precision)
	from public;
