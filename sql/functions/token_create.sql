-- token_create(owner, reason, expires): a bearer token for a client.
--
-- Parameters: owner, who the client will be; reason, in words, required;
--             expires, when it ends (default: never).
-- Returns:    in words, with the token itself behind the last space: the only
--             place where it ever is.  Kept, and audited, is its number.
-- Errors:     ND422 no reason, no owner, or an end that is past; 23514 an owner
--             of more than 255 bytes.
-- Tables:     client_token, audit.
--
-- The number stands in the token, so that who finds one knows what to revoke;
-- 32 random bytes (of which uuids have 122 bits in 128) make it a secret.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.token_create(owner text, reason text,
    expires timestamptz default 'infinity')
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	mine constant integer :=
	    nextval(pg_get_serial_sequence('nightdrop.client_token', 'number'));
	token constant text := format('nightdrop_%s_%s', mine,
	    translate(encode(sha256(uuid_send(gen_random_uuid())
		|| uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
		|| uuid_send(gen_random_uuid())), 'base64'), '+/=', '-_'));
begin
	perform nightdrop.reason_check(reason);
	if coalesce(owner, '') = '' then
		raise exception 'a token needs an owner: who its client will be'
		    using errcode = 'ND422';
	elsif expires <= now() or expires is null then
		raise exception 'a token must end in the future'
		    using errcode = 'ND422', hint = 'leave it out: it does not end';
	end if;
	insert into nightdrop.client_token (number, digest, owner, reason, expires)
	overriding system value
	values (mine, sha256(convert_to(token, 'UTF8')), owner, reason, expires);
	insert into nightdrop.audit (verb, object, reason, after)
	values ('token_create', 'token ' || mine, reason,
	    jsonb_build_object('owner', owner, 'expires', expires));
	return format('token %s: whoever sends it is %s, %s. It is shown this once: %s',
	    mine, owner, case expires when 'infinity' then 'without end'
	    else 'until ' || expires end, token);
end
$$;

comment on function nightdrop.token_create(text, text, timestamptz) is
'A bearer token: token_create(''shop'', ''why'', now() + ''1 year''). The answer has it, and nothing else does.';
revoke all on function nightdrop.token_create(text, text, timestamptz)
	from public;
grant execute on function nightdrop.token_create(text, text, timestamptz)
	to nightdrop_dba;
