-- version_of(status, round, attempt, basis, progress, stop): a job's version.
--
-- Returns:  a word of [A-Za-z0-9._-] that changes exactly when the monitor's
--           document does: the first letter of the status, round, attempt, and
--           while the job is not final the version of the queue's basis (from
--           which the quote is computed), what its progress says and whether
--           somebody wants it stopped.
-- Tables:   none.
--
-- Internal.  Not security definer and without settings, so that it is inlined;
-- for that too only immutable functions are used (concat_ws is not).
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.version_of(status text, round integer,
    attempt integer, basis bigint, progress text, stop text)
returns text
language sql immutable parallel safe
return left(status, 1) || round::text || '.' || attempt::text
    || case when status in ('accepted', 'running')
	then '.' || basis::text else '' end
    || coalesce('.' || left(md5(progress), 12), '')
    || coalesce('.' || stop, '');

comment on function nightdrop.version_of(text, integer, integer, bigint, text,
    text) is
'Internal: the version of a job''s monitor, for its ETag.';
revoke all on function nightdrop.version_of(text, integer, integer, bigint,
    text, text) from public;
