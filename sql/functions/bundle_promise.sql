-- bundle_promise(bundle, line): bundle_quote() for the view job_status.
--
-- Parameters: bundle, its id, null: of none; line.
-- Returns:    one row, none for none: likely, latest.
-- Tables:     bundle.
--
-- Who reads the view must be allowed to call this.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_promise(bundle uuid, line integer)
returns table (likely timestamptz, latest timestamptz)
language sql stable strict security definer
set search_path = pg_catalog, pg_temp
as $$
select q.likely, q.latest
from nightdrop.bundle u
    cross join lateral nightdrop.bundle_quote(u, bundle_promise.line) q
where u.id = bundle_promise.bundle
$$;

comment on function nightdrop.bundle_promise(uuid, integer) is
'When a line of a bundle was first said to be done.';
revoke all on function nightdrop.bundle_promise(uuid, integer) from public;
grant execute on function nightdrop.bundle_promise(uuid, integer)
	to nightdrop_dba, nightdrop_monitor;
