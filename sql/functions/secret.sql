-- secret(): the key of the capability URLs (http.md).
--
-- Returns:  32 bytes; null where sql/install has not been run.
-- Tables:   setting.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.secret()
returns bytea
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select decode(s.value, 'hex') from nightdrop.setting s where s.name = 'secret'
$$;

comment on function nightdrop.secret() is
'The key from which the responder makes the URLs of jobs without an owner.';
revoke all on function nightdrop.secret() from public;
grant execute on function nightdrop.secret() to nightdrop_responder;
