-- run_lock(run): one at a time opens, joins, leaves, closes.
--
-- Parameters: run; 0: the opening of any.
-- Returns:    nothing; the lock ends with the transaction.
-- Errors:     55P03 somebody else was at it for longer than lock_timeout.
-- Tables:     none: an advisory lock, so that a long close stops no turn.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_lock(run bigint)
returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
select pg_advisory_xact_lock(hashtextextended('nightdrop.run', run))
$$;

comment on function nightdrop.run_lock(bigint) is
'Internal: serialises openings, joins and leaves of a run.';
revoke all on function nightdrop.run_lock(bigint) from public;
