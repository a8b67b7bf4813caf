-- token_owner(digest): whose bearer token is this?
--
-- Parameters: digest, SHA-256 of the token.
-- Returns:    its owner; null where there is none, or it has expired or been
--             revoked.
-- Tables:     client_token.
--
-- Notes the day, once a day, so that a token nobody uses any more can be found.
-- Nothing waits for that: not the commit for the disk, nor this call for
-- another that notes the same.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.token_owner(digest bytea)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	t nightdrop.client_token;
begin
	select * into t from nightdrop.client_token c
	where c.digest = token_owner.digest and c.revoked is null
	    and c.expires > now();
	if t.used is distinct from current_date then
		perform set_config('synchronous_commit', 'off', true);
		update nightdrop.client_token c set used = current_date
		where c.number in (select n.number from nightdrop.client_token n
		    where n.number = t.number for no key update skip locked);
	end if;
	return t.owner;
end
$$;

comment on function nightdrop.token_owner(bytea) is
'The owner of a valid bearer token, by its SHA-256; null: there is none.';
revoke all on function nightdrop.token_owner(bytea) from public;
grant execute on function nightdrop.token_owner(bytea) to nightdrop_responder;
