-- bundle_place(b, digest, clock): a bundle is judged, quoted, and in the line.
--
-- Parameters: b, whose row the caller holds, complete and not sealed; digest
--             of the whole; clock, the moment of its acceptance.
-- Returns:    one row: verdict, of judge or quota; the bundle is sealed where it
--             is ok; limit_value, what was exceeded (backlog, quota).
-- Tables:     queue, queue_basis, counter, waiting, bundle.
--
-- Its lines count as waiting from here on; that they are not in the table
-- waiting yet is the run's business (bundle_expand).
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_place(b nightdrop.bundle,
    digest bytea, clock timestamptz, out verdict text, out limit_value bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	q nightdrop.queue;
	basis nightdrop.queue_basis;
	waits bigint;
begin
	select * into q from nightdrop.queue p where p.name = b.queue;
	select * into basis from nightdrop.queue_basis p
	where p.queue = b.queue;
	select greatest(sum(c.waiting), 0) into waits
	from nightdrop.counter c where c.queue = b.queue;
	verdict := nightdrop.judge(q.name, q.submitters, q.accepting,
	    q.media_types, q.max_size, q.max_waiting, b.owner,
	    'application/json', null, waits + b.lines - 1);
	limit_value := case verdict when 'backlog' then q.max_waiting
	    when 'ok' then nightdrop.quota_check(b.id, b.queue, b.owner,
		b.lines) end;
	if verdict = 'ok' and limit_value is not null then
		verdict := 'quota';
	end if;
	if verdict <> 'ok' then
		return;
	end if;
	update nightdrop.bundle o
	set sealed = clock, expires = null, digest = bundle_place.digest,
	    since = pg_current_xact_id(), priority = q.priority,
	    position = clock - q.priority * q.aging, left_lines = b.lines,
	    left_bytes = b.bytes, quote = t, quote_ahead = waits,
	    quote_behind = basis.behind, quote_version = basis.version,
	    quote_taken = basis.taken
	from nightdrop.quote_line(basis, clock) t
	where o.id = b.id;
	perform nightdrop.counter_add(array[b.queue], array[b.lines::bigint],
	    array[b.bytes]);
end
$$;

comment on function nightdrop.bundle_place(nightdrop.bundle, bytea, timestamptz)
is 'Internal: judges a bundle and puts it into its queue''s line.';
revoke all on function nightdrop.bundle_place(nightdrop.bundle, bytea,
    timestamptz) from public;
