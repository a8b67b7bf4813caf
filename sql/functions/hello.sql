-- hello(): what a program asks first on a new connection.
--
-- Returns:  one row: schema (number of the last migration), instance (this
--           installation's id), clock (the server's, now), read_only (a
--           standby, or a session that may not write), moved (this is a copy
--           that was not adopted: no run opens).
-- Tables:   migration, setting.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.hello()
returns table (schema integer, instance text, clock timestamptz,
    read_only boolean, moved boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select (select max(m.number) from nightdrop.migration m),
    (select s.value from nightdrop.setting s where s.name = 'instance'),
    clock_timestamp(),
    pg_is_in_recovery() or current_setting('transaction_read_only')::boolean,
    (select s.value from nightdrop.setting s where s.name = 'place')
	is distinct from nightdrop.database_place()
$$;

comment on function nightdrop.hello() is
'Schema version, instance, the server''s clock, whether this session may write, and whether this is a copy.';
revoke all on function nightdrop.hello() from public;
grant execute on function nightdrop.hello()
	to nightdrop_responder, nightdrop_batch, nightdrop_dba, nightdrop_monitor;
