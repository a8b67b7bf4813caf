-- bundle_append(id, first, bodies, digests): lines of a bundle on its way in.
--
-- Parameters: id; first, the number of the first of these lines, from 1; then
--             parallel arrays: the lines and their SHA-256.
-- Returns:    false: they cannot go there (no such bundle; it was swept; or
--             the server has lost the lines before them in a crash).
-- Errors:     23514 no partition for the id's month.
-- Tables:     bundle, job.
--
-- Idempotent: how many lines there are is written in the same transaction, so
-- what was appended before is known without looking.  Whoever ends the bundle
-- waits for its row.  The commit need not wait for the disk: the flush of
-- bundle_seal covers what was written before, and bundle_seal counts.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_append(id uuid, first integer,
    bodies bytea[], digests bytea[])
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
	clock constant timestamptz := clock_timestamp();
	n constant integer := cardinality(bodies);
	prefix constant text := left(id::text, 28);
	b nightdrop.bundle;
	added bigint;
begin
	perform set_config('synchronous_commit', 'off', true);
	select * into b from nightdrop.bundle o
	where o.id = bundle_append.id and o.sealed is null
	    and o.expires > clock for update;
	if not found or first > b.lines + 1 or n <> cardinality(digests) then
		return false;
	elsif first <= b.lines then
		return first + n - 1 <= b.lines;
	end if;
	-- Not from unnest() in the from clause, which would store all rows once
	-- more; and the id as bundle_line() has it, but for what all share.
	insert into nightdrop.job (id, queue, owner, accepted, request, type,
	    size, digest, body, line)
	select (prefix || lpad(to_hex(u.line), 8, '0'))::uuid, b.queue,
	    b.owner, clock, '{}', 'application/json', octet_length(u.body),
	    u.digest, u.body, u.line
	from (select generate_series(first, first + n - 1) as line,
		unnest(bodies) as body, unnest(digests) as digest) u;
	select sum(octet_length(u.body)) into added from unnest(bodies) u(body);
	update nightdrop.bundle o
	set lines = first + n - 1, bytes = o.bytes + coalesce(added, 0)
	where o.id = b.id;
	return true;
end
$$;

comment on function nightdrop.bundle_append(uuid, integer, bytea[], bytea[]) is
'Stores lines of a bundle on its way in.';
revoke all on function nightdrop.bundle_append(uuid, integer, bytea[], bytea[])
	from public;
grant execute on function nightdrop.bundle_append(uuid, integer, bytea[],
    bytea[]) to nightdrop_responder;
