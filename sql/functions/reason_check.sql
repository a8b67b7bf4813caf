-- reason_check(reason): a verb without a reason does nothing.
--
-- Parameters: reason, as the verb was given it.
-- Returns:    nothing.
-- Errors:     ND422 there is none.
-- Tables:     none.
--
-- Internal: for every verb, before it does anything.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.reason_check(reason text)
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
	if coalesce(btrim(reason), '') = '' then
		raise exception 'a reason is required: it goes into nightdrop.audit'
		    using errcode = 'ND422';
	end if;
end
$$;

comment on function nightdrop.reason_check(text) is
'Internal: refuses a verb that was given no reason.';
revoke all on function nightdrop.reason_check(text) from public;
