-- token_revoke(number, reason): a bearer token that is valid no longer.
--
-- Parameters: number, of the token: it stands in the token itself
--             (nightdrop_NUMBER_...) and in nightdrop.client_token; reason, in
--             words, required.
-- Returns:    what was done, in words.
-- Errors:     ND404 no such token; ND422 no reason.
-- Tables:     client_token, audit.
--
-- The responders heed it within two seconds of the commit (queue/token.c).
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.token_revoke(number integer, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	t nightdrop.client_token;
begin
	perform nightdrop.reason_check(reason);
	select * into t from nightdrop.client_token c
	where c.number = token_revoke.number for no key update;
	if not found then
		raise exception 'there is no token %', token_revoke.number
		    using errcode = 'ND404',
		    hint = 'select number, owner, reason from nightdrop.client_token';
	end if;
	if t.revoked is not null then
		return format('token %s: nothing to change', t.number);
	end if;
	update nightdrop.client_token c set revoked = now()
	where c.number = t.number;
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('token_revoke', 'token ' || t.number, reason,
	    jsonb_build_object('owner', t.owner, 'revoked', null),
	    jsonb_build_object('owner', t.owner, 'revoked', now()));
	return format('token %s: revoked. Who sends it is not %s any more, two seconds from now.',
	    t.number, t.owner);
end
$$;

comment on function nightdrop.token_revoke(integer, text) is
'Ends a bearer token: token_revoke(17, ''why''); the number stands in the token.';
revoke all on function nightdrop.token_revoke(integer, text) from public;
grant execute on function nightdrop.token_revoke(integer, text)
	to nightdrop_dba;
