-- bundle_quote(b, line): the first quote of a line of a bundle.
--
-- Parameters: b, sealed; line, its last for the quote of the whole.
-- Returns:    one row: earliest, likely, latest, fits, ahead.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_quote(b nightdrop.bundle,
    line integer)
returns table (earliest timestamptz, likely timestamptz, latest timestamptz,
    fits boolean, ahead bigint)
language sql stable
as $$
select q.earliest, q.likely, q.latest, q.fits, (b).quote_ahead + line - 1
from nightdrop.quote((b).quote, (b).quote_ahead - (b).quote_behind
    + line - 1) q
$$;

comment on function nightdrop.bundle_quote(nightdrop.bundle, integer) is
'Internal: the first quote of a line of a bundle.';
revoke all on function nightdrop.bundle_quote(nightdrop.bundle, integer)
	from public;
