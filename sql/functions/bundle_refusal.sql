-- bundle_refusal(verdict, limit_value): a state that only says why not.
--
-- Tables:   none.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_refusal(verdict text,
    limit_value bigint)
returns nightdrop.bundle_state
language sql immutable parallel safe
return row(verdict, limit_value, null, null, null, null, null, null, null,
    null, null, null, null, null, null, null, null, null, null, null, null,
    null, null, null)::nightdrop.bundle_state;

comment on function nightdrop.bundle_refusal(text, bigint) is
'Internal: a bundle''s state that only says why not.';
revoke all on function nightdrop.bundle_refusal(text, bigint) from public;
