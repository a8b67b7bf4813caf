-- run_rhythm(queue, after, told): when its next runs will start, told or learned.
--
-- Parameters: queue; after, a moment; told, as in queue_basis.
-- Returns:    one row: starts, the next ones after it, at most sixteen, in
--             order (empty: nobody told, and fewer than two runs so far);
--             every, the median time between the last 12 openings; slack, as
--             in queue_basis.
-- Tables:     run_queue, run, setting.
--
-- Runs that come hourly or more often: the last opening, and on by the median.
-- Others by the clock on the wall.  The times of the day are those at which two
-- of the last three days that had runs had one: so a changed crontab is learned
-- in two nights, and a run that somebody starts by hand is not.  A day has runs
-- if its weekday had some in half of the last four weeks or more: so weekends
-- and a failed night change nothing.  A weekday that has not been seen yet may
-- be one without: that is the slack.  A day is counted from twelve hours before
-- the time of the last opening, so that midnight is no border.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.run_rhythm(queue text, after timestamptz,
    told text)
returns table (starts timestamptz[], every interval, slack interval)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_variable
declare
	cron constant boolean := told ~ '^(\S+\s+){4}\S+$';
	zone constant text := coalesce((select s.value
	    from nightdrop.setting s where s.name = 'time_zone'), 'UTC');
	seen timestamp[]; -- openings by the clock on the wall
	days date[];
	times interval[];
	noon interval; -- the day begins twelve hours before the usual time
	near interval; -- as good as the same time
	last timestamptz;
	moment timestamptz;
begin
	slack := '1 minute';
	select array_agg(o.opened at time zone zone order by o.run) into seen
	from (select rq.run, u.opened
	    from nightdrop.run_queue rq join nightdrop.run u on u.id = rq.run
	    where rq.queue = run_rhythm.queue
	    order by rq.run desc limit 60) o;
	select percentile_cont(0.5) within group (order by s.at - s.earlier)
	into every
	from (select at, lag(at) over (order by n) as earlier
	    from unnest(seen) with ordinality o(at, n)
	    order by n desc limit 12) s;

	if cron then
		starts := nightdrop.cron_starts(told, after, zone);
		every := case when cardinality(starts) > 1
		    then starts[2] - starts[1] else every end;
		return next;
		return;
	end if;
	starts := '{}';
	if every >= '1 hour' then
		near := least(every / 3, interval '1 hour');
		noon := seen[cardinality(seen)]::time - interval '12 hours';
		days := array(select distinct (o - noon)::date
		    from unnest(seen) o order by 1);
		times := array(
		    select percentile_disc(0.5) within group (order by t.time)
		    from (select o.time, o.day, sum(o.fresh) over (
			order by o.time) as cluster
			from (select x.time, x.day, (x.time - coalesce(lag(x.time)
				over (order by x.time), '-1 day')
				> near)::integer as fresh
			    from unnest(seen) o cross join lateral (select
				(o - noon) - (o - noon)::date as time,
				(o - noon)::date as day) x
			    where x.day >= days[greatest(cardinality(days) - 2,
				1)]) o) t
		    group by t.cluster
		    having count(distinct t.day) >= 2);
		select array_agg(s.at order by s.at), (array_agg(s.seen
		    order by s.at))[1]
		into starts, slack
		from (select (d.day + t.time + noon) at time zone zone as at,
			case when w.weeks > 0 or every < '12 hours'
			then interval '1 minute'
			else interval '2 days 1 minute' end as seen
		    from generate_series(-1, 20) k
			cross join lateral (select ((after at time zone zone)
			    - noon)::date + k as day) d
			cross join lateral (
			    select count(*) as weeks, count(*) filter (
				where d.day - 7 * n = any (days)) as runs
			    from generate_series(1, 4) n
			    where d.day - 7 * n >= days[1]) w
			cross join unnest(times) t(time)
		    where w.runs * 2 >= w.weeks
			and (d.day + t.time + noon) at time zone zone > after
		    order by 1 limit 16) s;
		starts := coalesce(starts, '{}');
		slack := coalesce(slack, '1 minute') + coalesce((
		    select max(x.late) from unnest(seen[greatest(
			cardinality(seen) - 11, 1):]) o
			cross join unnest(times) t(time)
			cross join lateral (select (o - noon)
			    - (o - noon)::date - t.time as late) x
		    where x.late between '0' and near / 4), '0');
	end if;
	if starts = '{}' and every is not null then
		last := seen[cardinality(seen)] at time zone zone;
		starts := array(select last + every * (g.gone + n)
		    from (select greatest(floor(extract(epoch from after - last)
			/ greatest(extract(epoch from every), 1e-6)), 0)
			::double precision as gone) g
			cross join generate_series(1, 16) n
		    order by 1);
	end if;
	moment := told::timestamptz;
	if moment > after then
		starts := (moment || array(select s from unnest(starts) s
		    where s > moment))[:16];
		slack := '1 minute';
	end if;
	return next;
end
$$;

comment on function nightdrop.run_rhythm(text, timestamptz, text) is
'Internal: when a queue''s next runs are expected, as told or learned.';
revoke all on function nightdrop.run_rhythm(text, timestamptz, text)
	from public;
