-- bundle_quote(b, line): the first quote of a line of a bundle.
--
-- Parameters: b, sealed; line, its last for the quote of the whole.
-- Returns:    one row: earliest, likely, latest, ahead.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_quote(b nightdrop.bundle,
    line integer)
returns table (earliest timestamptz, likely timestamptz, latest timestamptz,
    ahead bigint)
language sql stable
as $$
select (b).quote_earliest + w.waves * (b).quote_p50,
    (b).quote_likely + w.waves * (b).quote_p50,
    (b).quote_latest + w.waves * (b).quote_p95,
    (b).quote_ahead + line - 1
from nightdrop.waves((b).quote_ahead + line - 1, greatest((b).quote_slots, 1))
    w(waves)
$$;

comment on function nightdrop.bundle_quote(nightdrop.bundle, integer) is
'Internal: the first quote of a line of a bundle.';
revoke all on function nightdrop.bundle_quote(nightdrop.bundle, integer)
	from public;
