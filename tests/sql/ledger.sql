-- run_close: what does not add up is said, and the counters are put right.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(14);

select t.queue('q');
select t.accept('q') as none, t.accept('q') as two, t.accept('q') as fine \gset
select t.open() as w \gset
select is(t.start(:w, :'fine'), 'ok', 'one runs');
select is(t.finish(:w, :'fine', 1, 'successful'), 'recorded successful', 'and ends');
select nightdrop.give_back(:w, t.token(:w), array[:'none'::uuid, :'two'],
    '{false,false}');

-- Somebody has been at the tables by hand.
delete from nightdrop.waiting where id = :'none';
insert into nightdrop.response (id, round, outcome, status, reason, by, finished,
    expires, attempt) values (:'two', 1, 'failed', 500, '', 'operator', now(),
    now(), 0);
update nightdrop.counter set waiting = waiting + 5, bytes = bytes - 1
where slot = 7;
select set_eq('select id, places from nightdrop.lost_job',
    format($$values (%L::uuid, 'none'), (%L::uuid, 'waiting and final')$$,
	:'none', :'two'), 'lost_job sees both');
create temp table summary as select * from nightdrop.run_leave(:w, t.token(:w));
select is((select balanced from summary), false, 'not in balance');
select set_eq('select unnest(trouble) from summary',
    array[:'none' || ' of q: in none', :'two' || ' of q: in waiting and final'],
    'the jobs are named');
select is((select left_waiting from summary), 1::bigint,
    'the counters are put right');
select is(t.counted('q'), 1::bigint, 'they are');
select is((select sum(bytes) from nightdrop.counter), 4::numeric,
    'bytes too');
select matches((select text from nightdrop.event where kind = 'unbalanced'),
    '^taken 3, successful 1, .* given back 2; in trouble: ', 'an event says so');
select is((select count(*) from nightdrop.run_balance where not balanced)::integer,
    1, 'so does run_balance');
select is((select trouble from nightdrop.run_leave(:w, t.token(:w))),
    (select trouble from summary), 'and the summary, each time it is asked for');

-- Sums that do not add up, with all jobs in their places.
delete from nightdrop.response where id = :'two';
delete from nightdrop.job where id = :'none';
select t.open() as v \gset
update nightdrop.run set taken = 3 where closed is null;
select results_eq(format('select balanced, trouble from nightdrop.run_leave(%s, %L)',
    :v, t.token(:v)), $$values (false, '{}'::text[])$$, 'sums alone');
select t.open() as u \gset
select is((select balanced from nightdrop.run_leave(:u, t.token(:u))), true,
    'the next run is in balance again');
select is((select string_agg(status, ' ' order by status)
    from nightdrop.job_status), 'successful waiting',
    'and the jobs are where they are');

select * from finish();
rollback;
