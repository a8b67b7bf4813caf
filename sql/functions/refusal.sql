-- refusal(id, verdict, limit_value): a receipt that only says why not.
--
-- Tables:   none.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.refusal(id uuid, verdict text,
    limit_value bigint default null)
returns nightdrop.receipt
language sql immutable parallel safe
return row(id, verdict, null, null, null, null, null, null, null, null, null,
    null, null, null, limit_value, false)::nightdrop.receipt;

comment on function nightdrop.refusal(uuid, text, bigint) is
'Internal: a receipt that only says why not.';
revoke all on function nightdrop.refusal(uuid, text, bigint) from public;
