-- When the next runs start: learned from the past ones, or told.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(34);
update nightdrop.setting set value = 'Europe/Berlin' where name = 'time_zone';

-- Runs of a queue that opened then, by the clock on the wall.
create function pg_temp.past(q text, variadic opened text[])
returns void language plpgsql as $$
declare
	r bigint;
	o text;
begin
	perform t.queue(q) where not exists (
	    select from nightdrop.queue where name = q);
	foreach o in array opened loop
		insert into nightdrop.run (opened, closed, cutoff, slots)
		values (o::timestamp at time zone 'Europe/Berlin', now(),
		    pg_current_snapshot(), 1) returning id into r;
		insert into nightdrop.run_queue (run, queue, open)
		values (r, q, false);
	end loop;
end
$$;
-- The first n expected ones.
create function pg_temp.ahead(q text, after text, n integer,
    told text default null)
returns text language sql as $$
select string_agg(to_char(s at time zone 'Europe/Berlin', 'Dy DD HH24:MI'), ', '
    order by s)
from nightdrop.run_rhythm(q, after::timestamp at time zone 'Europe/Berlin',
    told) r, unnest(r.starts[:n]) s
$$;

select pg_temp.past('one', '2026-03-02 02:00');
select is(pg_temp.ahead('one', '2026-03-02 12:00', 2), null,
    'one run is no rhythm');
select pg_temp.past('two', '2026-03-02 02:00', '2026-03-03 02:00');
select is(pg_temp.ahead('two', '2026-03-03 12:00', 2),
    'Wed 04 02:00, Thu 05 02:00', 'two are');
select is((select every from nightdrop.run_rhythm('two', '2026-03-03 12:00',
    null)), interval '1 day', 'their distance');
select is((select slack from nightdrop.run_rhythm('two', '2026-03-03 12:00',
    null)), interval '2 days 1 minute',
    'a weekday that was not seen yet may be without a run');

-- Three weeks from Monday, at 02:00, 02:01 or 02:02, no run at weekends.
select pg_temp.past('week', variadic array_agg((d + (extract(day from d)::integer % 3)
    * interval '1 minute')::text order by d))
from generate_series('2026-03-02 02:00'::timestamp, '2026-03-20', '1 day') d
where extract(isodow from d) < 6;
select is(pg_temp.ahead('week', '2026-03-20 12:00', 3),
    'Mon 23 02:01, Tue 24 02:01, Wed 25 02:01',
    'on Friday: Monday; at the usual minute');
select is((select slack from nightdrop.run_rhythm('week', '2026-03-20 12:00',
    null)), interval '2 minutes', 'as much later as they have been');
select is(pg_temp.ahead('week', '2026-03-22 12:00', 1), 'Mon 23 02:01',
    'on Sunday too');
select is(pg_temp.ahead('week', '2026-03-27 12:00', 2),
    'Mon 30 02:01, Tue 31 02:01',
    'by the clock on the wall: summer time has begun');

-- A night failed: no run on Thursday, Friday's as ever.
select pg_temp.past('failed', variadic array_agg(d::text order by d))
from generate_series('2026-03-02 02:00'::timestamp, '2026-03-20', '1 day') d
where extract(isodow from d) < 6 and extract(day from d) <> 19;
select is(pg_temp.ahead('failed', '2026-03-20 12:00', 5),
    'Mon 23 02:00, Tue 24 02:00, Wed 25 02:00, Thu 26 02:00, Fri 27 02:00',
    'a failed night leaves its weekday as it was');
select is(pg_temp.ahead('failed', '2026-03-19 12:00', 1), 'Fri 20 02:00',
    'and the next night');
-- Somebody made up for it in the morning.
select pg_temp.past('byhand', variadic array_agg(case when extract(day from d) = 20
    then d + interval '7 hours' else d end::text order by d))
from generate_series('2026-03-02 02:00'::timestamp, '2026-03-20 23:00', '1 day') d
where extract(isodow from d) < 6;
select is(pg_temp.ahead('byhand', '2026-03-20 12:00', 2),
    'Mon 23 02:00, Tue 24 02:00', 'a run by hand is no rhythm');
-- The crontab was changed.
select pg_temp.past('moved', variadic array_agg(case when extract(day from d) >= 19
    then d + interval '3 hours' else d end::text order by d))
from generate_series('2026-03-02 02:00'::timestamp, '2026-03-20 23:00', '1 day') d
where extract(isodow from d) < 6;
select is(pg_temp.ahead('moved', '2026-03-20 12:00', 2),
    'Mon 23 05:00, Tue 24 05:00', 'another time is learned in two nights');
-- Around midnight.
select pg_temp.past('midnight', '2026-03-02 23:59', '2026-03-04 00:01',
    '2026-03-04 23:58', '2026-03-06 00:00');
select is(pg_temp.ahead('midnight', '2026-03-06 12:00', 2),
    'Sat 07 00:00, Sun 08 00:00', 'midnight is no border');
-- Twice a day.
select pg_temp.past('twice', variadic array_agg(x::text order by x))
from generate_series('2026-03-02'::timestamp, '2026-03-18', '1 day') d,
    unnest(array[d + interval '6 hours', d + interval '13 hours']) x;
select is(pg_temp.ahead('twice', '2026-03-19 12:00', 3),
    'Thu 19 13:00, Fri 20 06:00, Fri 20 13:00', 'twice a day');
-- Weekly.
select pg_temp.past('sunday', '2026-03-01 04:00', '2026-03-08 04:00',
    '2026-03-15 04:00');
select is(pg_temp.ahead('sunday', '2026-03-18 12:00', 2),
    'Sun 22 04:00, Sun 29 04:00', 'once a week');
-- Often.
select pg_temp.past('often', variadic array_agg(d::text order by d))
from generate_series('2026-03-02 02:00'::timestamp, '2026-03-02 03:00',
    '5 minutes') d;
select is(pg_temp.ahead('often', '2026-03-02 03:01', 2),
    'Mon 02 03:05, Mon 02 03:10', 'every five minutes');
select is(pg_temp.ahead('often', '2026-03-02 04:01', 1), 'Mon 02 04:05',
    'also after a pause');
select is((select cardinality(starts) from nightdrop.run_rhythm('often', now(),
    null)), 16, 'sixteen and no more');
select pg_temp.past('same', '2026-03-02 02:00', '2026-03-02 02:00');
select lives_ok($$select nightdrop.run_rhythm('same', '2026-03-02 03:00', null)$$,
    'all at once');

-- Told.
select is(pg_temp.ahead('week', '2026-03-20 12:00', 3, '30 1 * * mon-fri'),
    'Mon 23 01:30, Tue 24 01:30, Wed 25 01:30', 'as cron would');
select is(pg_temp.ahead('week', '2026-03-20 12:00', 3, '*/20 8-9,22 * * 0,7'),
    'Sun 22 08:00, Sun 22 08:20, Sun 22 08:40', 'steps, ranges, lists; Sunday');
select is(pg_temp.ahead('week', '2026-03-20 12:00', 3, '0 0 1,15 * mon'),
    'Mon 23 00:00, Mon 30 00:00, Wed 01 00:00', 'either day will do');
select is(pg_temp.ahead('week', '2026-03-28 12:00', 2, '30 2 * * *'),
    'Sun 29 03:30, Mon 30 02:30', 'an hour that is left out comes one later');
select is(pg_temp.ahead('week', '2026-03-20 12:00', 2, '0 0 29 feb *'),
    'Tue 29 00:00', 'rarely');
select is(pg_temp.ahead('week', '2026-03-20 12:00', 2, '2026-03-21T23:00:00Z'),
    'Sun 22 00:00, Mon 23 02:01', 'a moment, then as learned');
select is(pg_temp.ahead('week', '2026-03-22 12:00', 1, '2026-03-21T23:00:00Z'),
    'Mon 23 02:01', 'one that has passed is no more');
select is(pg_temp.ahead('one', '2026-03-02 12:00', 2, '2026-03-03T01:00:00Z'),
    'Tue 03 02:00', 'also without a past');
select throws_ok(format('select nightdrop.cron_starts(%L, now(), ''UTC'')', s),
    'ND422') from unnest(array['60 * * * *', '5-1 * * * *', '*/0 * * * *',
    '* * 0 * *', '* * * may-* *', 'a * * * *', '* * * * 8']) s;

select * from finish();
rollback;
