-- precondition(if_match, if_none_match, tag): do a request's conditions hold?
--
-- Parameters: if_match, if_none_match: the fields' entity tags with their
--             quotes, a space between them, or '*'; null: there is no such
--             field; '' names none.  tag, that of what is there now; null:
--             nothing is.
-- Returns:    whether a method that changes something may go on (RFC 9110
--             §13.2.2).
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.precondition(if_match text,
    if_none_match text, tag text)
returns boolean
language sql immutable parallel safe
return (if_match is null or tag is not null and (if_match = '*'
	or tag = any (string_to_array(if_match, ' '))))
    and (if_none_match is null or tag is null or not (if_none_match = '*'
	or tag = any (string_to_array(if_none_match, ' '))));

comment on function nightdrop.precondition(text, text, text) is
'Internal: whether If-Match and If-None-Match let a change go on.';
revoke all on function nightdrop.precondition(text, text, text) from public;
