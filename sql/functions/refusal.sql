-- refusal(id, verdict): a receipt that only says why not.
--
-- Tables:   none.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.refusal(id uuid, verdict text)
returns nightdrop.receipt
language sql immutable parallel safe
return row(id, verdict, null, null, null, null, null, null, null, null, null,
    null, null, null, null, false)::nightdrop.receipt;

comment on function nightdrop.refusal(uuid, text) is
'Internal: a receipt that only says why not.';
revoke all on function nightdrop.refusal(uuid, text) from public;
