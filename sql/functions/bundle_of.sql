-- bundle_of(id, line): the bundle that a job is a line of.
--
-- Parameters: id; line, as in job (null: the job is by itself).
-- Returns:    the bundle's id; null for a job by itself.
-- Tables:     none.
--
-- Looked up in a subquery of its own (offset 0), a bundle is found by its key
-- whatever was known of the table when the statement was planned; as a join it
-- may be read whole, for each job.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_of(id uuid, line integer)
returns uuid
language sql immutable parallel safe
return case when line is not null
    then (left(id::text, 28) || '00000000')::uuid end;

comment on function nightdrop.bundle_of(uuid, integer) is
'Internal: the bundle that a job is a line of.';
revoke all on function nightdrop.bundle_of(uuid, integer) from public;
