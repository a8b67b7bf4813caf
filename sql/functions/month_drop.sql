-- month_drop(): the oldest month, if nothing of it is to be kept any longer.
--
-- Returns:    no row: the oldest month is kept, as it should be; or one row.
--             dropped, whether the month is gone: there may be another; what,
--             in words: what was dropped, or which job keeps a month that would
--             have expired, or that a table is locked (pg_dump) and it was put
--             off.
-- Errors:     none of its own.  Called by the batch after its close, and by the
--             DBA.
-- Tables:     job, part, attempt, response (partitions), waiting, running,
--             bundle, bundle_tally, named_job, requeue.
--
-- A transaction of its own: what reads or writes jobs is stopped from the first
-- lock to the commit.  So all is looked at before, locks are waited for no
-- longer than 50 ms each, and under them only what can have changed is looked
-- at again.  Whatever comes meanwhile waits 200 ms at most.
--
-- Whether the last answer has expired: those that came last lie at the end of
-- the table, and are looked at first; only where these have all expired is the
-- whole table read, and then as a rule it is dropped.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.month_drop()
returns table (what text, dropped boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '50ms'
set jit = off
as $$
#variable_conflict use_column
declare
	month text; -- 2026_08
	ends timestamptz;
	low uuid;
	high uuid;
	pages bigint;
	fresh boolean;
	keeper uuid;
	parent text;
begin
	dropped := false;
	select substr(min(c.relname), 5) into month
	from pg_inherits i join pg_class c on c.oid = i.inhrelid
	where i.inhparent = 'nightdrop.job'::regclass;
	ends := (to_date(month, 'YYYY_MM') + interval '1 month')
	    at time zone 'UTC';
	if ends is null or ends > now() - interval '1 day' then
		return;
	end if;
	low := nightdrop.uuid_floor((to_date(month, 'YYYY_MM'))::timestamp
	    at time zone 'UTC');
	high := nightdrop.uuid_floor(ends);
	-- Before the answers: what ends while they are read is not among them.
	keeper := nightdrop.month_keeper(low, high);

	pages := pg_relation_size(('nightdrop.response_' || month)::regclass)
	    / current_setting('block_size')::bigint;
	execute format('select exists (select from nightdrop.response_%s f'
	    ' where f.ctid >= %L::tid and f.expires > now())', month,
	    format('(%s,0)', greatest(pages - 100, 0))) into fresh;
	if not fresh then
		execute format('select exists (select from'
		    ' nightdrop.response_%s f where f.expires > now())', month)
		into fresh;
	end if;
	if fresh then
		return;
	end if;

	keeper := coalesce(keeper, nightdrop.month_keeper(low, high));
	if keeper is null then
		begin
			lock table only nightdrop.job, only nightdrop.part,
			    only nightdrop.attempt, only nightdrop.response
			    in access exclusive mode;
			keeper := nightdrop.month_keeper(low, high);
			if keeper is null then
				foreach parent in array array['job', 'part',
				    'attempt', 'response'] loop
					execute format('alter table nightdrop.%I'
					    ' detach partition nightdrop.%I',
					    parent, parent || '_' || month);
					execute format('drop table nightdrop.%I',
					    parent || '_' || month);
				end loop;
				dropped := true;
			end if;
		exception when lock_not_available then
			what := format('month %s: put off, a table is locked: select pid, query from pg_stat_activity where pid in (select pid from pg_locks where relation in (''nightdrop.job''::regclass, ''nightdrop.response''::regclass))',
			    month);
			return next;
			return;
		end;
	end if;
	if not dropped then
		what := format('month %s: kept, job %s of it has not ended: select * from nightdrop.explain_job(''%s'')',
		    month, keeper, keeper);
		return next;
		return;
	end if;

	delete from nightdrop.bundle_tally t
	where t.bundle >= low and t.bundle < high;
	delete from nightdrop.bundle b where b.id >= low and b.id < high;
	delete from nightdrop.named_job n where n.id >= low and n.id < high;
	delete from nightdrop.requeue q where q.id >= low and q.id < high;
	what := format('month %s: dropped', month);
	return next;
end
$$;

comment on function nightdrop.month_drop() is
'Drops the oldest month if all its jobs have ended and expired; a row in words where it did, or could not.';
revoke all on function nightdrop.month_drop() from public;
grant execute on function nightdrop.month_drop()
	to nightdrop_batch, nightdrop_dba;
