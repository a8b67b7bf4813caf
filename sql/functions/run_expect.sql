-- run_expect(queue, schedule, reason): tell when runs start, for the quotes.
--
-- Parameters: queue; null: all of them; schedule: the five fields that cron
--             goes by ('30 1 * * 1-5', in the setting time_zone); or a moment
--             ('2026-11-26 02:00'), the next start, after which the learned
--             ones hold again; null: forget what was told; reason, in words,
--             required.
-- Returns:    what is expected now, in words.
-- Errors:     ND404 no such queue; ND422 no reason, not a schedule, a moment
--             that has passed, a schedule that never starts.
-- Tables:     queue_basis, setting, audit.
--
-- It starts nothing: that is cron's.  What was told goes before what the past
-- runs say, and monitors show it from now on.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_expect(queue text, schedule text,
    reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	clock constant timestamptz := clock_timestamp();
	zone constant text := coalesce((select s.value
	    from nightdrop.setting s where s.name = 'time_zone'), 'UTC');
	cron constant boolean := schedule ~* '^\s*([0-9a-z*,/-]+\s+){4}[0-9a-z*,/-]+\s*$';
	wanted text := btrim(schedule);
	moment timestamptz;
	before jsonb;
	n bigint;
	first timestamptz;
begin
	perform nightdrop.durable();
	perform nightdrop.reason_check(reason);
	if cron then
		if nightdrop.cron_starts(wanted, clock, zone) = '{}' then
			raise exception '% never starts', wanted
			    using errcode = 'ND422';
		end if;
	elsif schedule is not null then
		begin
			perform set_config('timezone', zone, true);
			moment := wanted::timestamptz;
		exception when data_exception then
			raise exception '% is neither a moment nor the five fields of cron',
			    schedule using errcode = 'ND422',
			    hint = 'as 30 1 * * 1-5, or 2026-11-26 02:00; null forgets what was told';
		end;
		if moment <= clock or not isfinite(moment) then
			raise exception '% has passed', moment
			    using errcode = 'ND422';
		end if;
		wanted := to_char(moment at time zone 'UTC',
		    'YYYY-MM-DD"T"HH24:MI:SS"Z"');
	end if;

	perform from nightdrop.queue_basis b
	where run_expect.queue is null or b.queue = run_expect.queue
	order by b.queue for no key update;
	select jsonb_object_agg(b.queue, b.told) into before
	from nightdrop.queue_basis b
	where run_expect.queue is null or b.queue = run_expect.queue;
	if before is null then
		raise exception 'there is no queue %', run_expect.queue
		    using errcode = 'ND404',
		    hint = 'select name from nightdrop.queue_status';
	end if;
	update nightdrop.queue_basis b set told = wanted
	where run_expect.queue is null or b.queue = run_expect.queue;
	with changed as (
		update nightdrop.queue_basis b
		set version = b.version + 1, starts = r.starts,
		    next_start = r.starts[1], every = coalesce(r.every, b.every),
		    slack = r.slack
		from nightdrop.run_rhythms(array(
		    select jsonb_object_keys(before)), clock) r
		where b.queue = r.queue
		returning b.next_start
	)
	select count(*), min(c.next_start) into n, first from changed c;
	insert into nightdrop.audit (verb, object, reason, before, after)
	values ('run_expect', coalesce('queue ' || run_expect.queue,
	    'all queues'), reason, before, to_jsonb(wanted));
	return format('%s: runs are expected %s; the next at %s',
	    coalesce('queue ' || run_expect.queue, format('all %s queues', n)),
	    case when cron then format('as cron''s %s in %s', wanted, zone)
	    when wanted is not null then 'as told once, then as the past ones'
	    else 'as the past ones' end,
	    coalesce(to_char(first at time zone zone, 'YYYY-MM-DD HH24:MI:SS ')
		|| zone, 'a time that is not known yet'));
end
$$;

comment on function nightdrop.run_expect(text, text, text) is
'Tells when runs start, instead of what the past ones say: run_expect(''report'', ''30 1 * * 1-5'', ''new crontab''). Null as the schedule: learn again.';
revoke all on function nightdrop.run_expect(text, text, text) from public;
grant execute on function nightdrop.run_expect(text, text, text)
	to nightdrop_dba;
