-- job_erase(ids, whose): what jobs that have ended were about is taken away.
--
-- Parameters: ids, of jobs that have ended and are locked by the caller; whose:
--             also who sent it and what could tell (digest, name, key).
-- Returns:    bytes that were taken away.
-- Tables:     job, part, response, attempt, named_job, idempotency_key.
--
-- What stays is what the ledger needs: that there was a job, when, what came of
-- it.  For its client it is gone (410).  Dead rows hold the bytes until vacuum,
-- and WAL and backups longer.
--
-- Internal: of purge and erase.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_erase(ids uuid[], whose boolean)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
	clock constant timestamptz := clock_timestamp();
	bytes bigint;
begin
	with gone as (
		delete from nightdrop.part p using unnest(ids) i(id)
		where p.id = i.id returning octet_length(p.data) as bytes
	), inline as (
		select octet_length(j.body) as bytes
		from unnest(ids) i(id) join nightdrop.job j on j.id = i.id
		union all
		select octet_length(f.body)
		from unnest(ids) i(id) join nightdrop.response f on f.id = i.id
		union all
		select octet_length(a.log)
		from unnest(ids) i(id) join nightdrop.attempt a on a.id = i.id
	)
	select coalesce(sum(g.bytes), 0) into bytes
	from (select * from gone union all select * from inline) g;

	update nightdrop.job j set body = '', request = '{}', erased = clock,
	    owner = case when whose then '' else j.owner end,
	    digest = case when whose then null else j.digest end
	from unnest(ids) i(id) where j.id = i.id;
	update nightdrop.response f set body = '', fields = '[]', size = 0,
	    holder = 0, expires = least(f.expires, now() - interval '1 second')
	from unnest(ids) i(id) where f.id = i.id;
	update nightdrop.attempt a set log = null
	from unnest(ids) i(id) where a.id = i.id and a.log is not null;
	if whose then
		delete from nightdrop.named_job n where n.id = any (ids);
		delete from nightdrop.idempotency_key k where k.id = any (ids);
	end if;
	return bytes;
end
$$;

comment on function nightdrop.job_erase(uuid[], boolean) is
'Internal: takes away bodies, header fields and logs of jobs that have ended.';
revoke all on function nightdrop.job_erase(uuid[], boolean) from public;
