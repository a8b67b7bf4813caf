-- bundle_seal(id, lines, size, digest, key): a bundle is accepted, all of it.
--
-- Parameters: id; lines, how many were sent; size, bytes of the lines without
--             their ends; digest of the whole body; key, an Idempotency-Key,
--             null: none.
-- Returns:    one row: the bundle as bundle_read has it.  verdict none: there
--             is no such bundle.  Verdicts of judge, quota, key_conflict,
--             key_busy: nothing was taken, abort it.  Where the key was known:
--             the first bundle as it is now, under its own id; this one will be
--             swept.
-- Errors:     ND503 the lines are not all there: the server lost them in a
--             crash before anything was promised; send it all again.
-- Tables:     idempotency_key, bundle, queue, queue_basis, counter,
--             waiting.
--
-- One small transaction, whatever the number of lines: they become accepted by
-- the change of one row.  Idempotent by id: a sealed bundle of this digest is
-- answered with, and rewritten so that the commit has WAL to wait for.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.bundle_seal(id uuid, lines integer,
    size bigint, digest bytea, key text)
returns setof nightdrop.bundle_state
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	clock constant timestamptz := clock_timestamp();
	payload bytea;
	b nightdrop.bundle;
	taken record;
	verdict text;
	exceeded bigint;
begin
	perform nightdrop.durable();
	select * into b from nightdrop.bundle o where o.id = bundle_seal.id;
	-- A key that made a job of the same bytes did not make this bundle.
	payload := nightdrop.payload(sha256('bundle'::bytea || digest),
	    b.request);
	if found and key is not null then
		select * into taken
		from nightdrop.key_take(b.owner, b.queue, key, payload, id);
		if taken.verdict = 'known' then
			update nightdrop.bundle o set expires = '-infinity'
			where o.id = bundle_seal.id and o.sealed is null;
			return query
			select * from nightdrop.bundle_show(taken.first);
			return;
		elsif taken.verdict <> 'mine' then
			return next nightdrop.bundle_refusal(taken.verdict,
			    null);
			return;
		end if;
	end if;

	-- Whoever else ends this bundle has done so when this lock is had.
	select * into b from nightdrop.bundle o
	where o.id = bundle_seal.id for update;
	if b.sealed is not null and b.digest = digest then
		update nightdrop.bundle o set lines = o.lines where o.id = b.id;
		return query select * from nightdrop.bundle_show(b.id);
		return;
	elsif b.id is null or b.sealed is not null or b.expires <= clock then
		verdict := 'none';
	elsif b.lines <> lines or b.bytes <> size then
		raise exception 'bundle %: % lines with % bytes are here, % with % were sent',
		    b.id, b.lines, b.bytes, lines, size using errcode = 'ND503';
	else
		select p.verdict, p.limit_value into verdict, exceeded
		from nightdrop.bundle_place(b, digest, clock) p;
	end if;
	if verdict = 'ok' then
		return query select * from nightdrop.bundle_show(b.id);
		return;
	end if;
	perform nightdrop.key_drop(b.owner, b.queue, key, payload, id);
	return next nightdrop.bundle_refusal(verdict, exceeded);
end
$$;

comment on function nightdrop.bundle_seal(uuid, integer, bigint, bytea, text) is
'Accepts a bundle, all of whose lines are stored.';
revoke all on function nightdrop.bundle_seal(uuid, integer, bigint, bytea,
    text) from public;
grant execute on function nightdrop.bundle_seal(uuid, integer, bigint, bytea,
    text) to nightdrop_responder;
