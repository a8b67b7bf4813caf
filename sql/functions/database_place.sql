-- database_place(): where this database is.
--
-- Returns:  the cluster's system identifier and the database's number in it.
-- Tables:   the catalogue.
--
-- A standby that is promoted has its primary's; what was dumped and restored,
-- or upgraded into a new cluster, has another.  Of a file copy of the whole
-- cluster nothing tells but whoever made it.
--
-- Internal: the setting place is compared with it.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.database_place()
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select c.system_identifier || '/' || d.oid
from pg_control_system() c, pg_database d
where d.datname = current_database()
$$;

comment on function nightdrop.database_place() is
'Internal: the cluster and the number of this database, by which a restored dump is known.';
revoke all on function nightdrop.database_place() from public;
