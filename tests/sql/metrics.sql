-- How good the quotes were, and the figures for monitoring.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(29);

create function pg_temp.figure(metric text, queue text default null,
    detail text default null)
returns text language sql as $$
select m.value from nightdrop.metrics() m
where m.metric = figure.metric and m.queue is not distinct from figure.queue
    and m.detail is not distinct from figure.detail
$$;

select t.queue('q', '{"max_attempts": 1}'), t.queue('idle', '{"held": true}');
select is(pg_temp.figure('queue_waiting', 'q'), '0', 'nothing waits');
select is(pg_temp.figure('queue_oldest_waiting_age_seconds', 'q'), null,
    'so nothing is the oldest');
select is(pg_temp.figure('queue_last_run_closed_timestamp_seconds', 'q'), null,
    'no run yet');
select results_eq('select graded, hits from nightdrop.queue_read(''q'')',
    'values (0::bigint, 0::bigint)', 'nothing graded');

-- A run: a hit, a miss, one that failed in time, one without a quote, and one
-- that nobody tried.
select t.accept('q') as hit, t.accept('q') as miss, t.accept('q') as failed,
    t.accept('q') as unquoted, t.accept('q') as stopped, t.accept('q') as later
\gset
update nightdrop.job set quote_latest = case id
    when :'miss' then now() - interval '1 minute'
    when :'unquoted' then null else now() + interval '1 hour' end,
    accepted = now() - interval '90 s';
select nightdrop.job_stop(:'stopped', '', true);
select is(pg_temp.figure('queue_waiting', 'q'), '5', 'five wait');
select is(pg_temp.figure('queue_waiting_bytes', 'q'), '20', 'their bytes');
select is(round(pg_temp.figure('queue_oldest_waiting_age_seconds', 'q')
    ::numeric), 90::numeric, 'for so long');
select t.open('{q}') as w \gset
select is(pg_temp.figure('queue_run_open', 'q'), '1', 'a run is open');
select from t.turn(:w, want => 100) \g /dev/null
select is(pg_temp.figure('queue_reserved', 'q'), '5', 'five are taken');
select from t.turn(:w, starts => array[:'hit'::uuid, :'miss', :'failed',
    :'unquoted'], attempts => '{1,1,1,1}') \g /dev/null
select is(pg_temp.figure('queue_running', 'q'), '4', 'four run');
select t.finish(:w, :'hit', 1, 'successful'),
    t.finish(:w, :'miss', 1, 'successful'),
    t.finish(:w, :'failed', 1, 'failed', 500),
    t.finish(:w, :'unquoted', 1, 'successful') \g /dev/null
select nightdrop.give_back(:w, t.token(:w), array[:'later'::uuid], '{false}')
\g /dev/null
select is(pg_temp.figure('queue_jobs_total', 'q', 'successful'), '0',
    'added up at the close');
select balanced from nightdrop.run_leave(:w, t.token(:w)) \gset
select results_eq('select graded, hits from nightdrop.run_queue',
    'values (3::bigint, 2::bigint)', 'the run is graded');
select results_eq('select graded, hits from nightdrop.queue_read(''q'')',
    'values (3::bigint, 2::bigint)', 'and published');
select results_eq('select graded, hits from nightdrop.queue_list()',
    'values (0::bigint, 0::bigint), (3, 2)',
    'in the list as well');
select is_empty('select * from nightdrop.queue_read(''nosuch'')',
    'no such queue');
select is(array[pg_temp.figure('queue_jobs_total', 'q', 'successful'),
    pg_temp.figure('queue_jobs_total', 'q', 'failed'),
    pg_temp.figure('queue_jobs_total', 'q', 'dismissed')],
    array['3', '1', '0'], 'what its jobs came to');
select is(array[pg_temp.figure('queue_quotes_graded_total', 'q'),
    pg_temp.figure('queue_quotes_hit_total', 'q'),
    pg_temp.figure('queue_runs_total', 'q'),
    pg_temp.figure('queue_runs_total', 'idle'),
    pg_temp.figure('queue_last_run_balanced', 'q'),
    pg_temp.figure('queue_run_open', 'q')],
    array['3', '2', '1', '0', '1', '0'], 'and the run');

-- Another one that misses; totals grow, the sum over the last runs as well.
update nightdrop.job set quote_latest = now() - interval '1 minute'
where id = :'later';
select t.open('{q}') as w \gset
select t.start(:w, :'later'), t.finish(:w, :'later', 1, 'failed', 500)
\g /dev/null
select nightdrop.run_leave(:w, t.token(:w)) \g /dev/null
select results_eq('select graded, hits from nightdrop.queue_read(''q'')',
    'values (4::bigint, 2::bigint)', 'over the last runs');
select is(array[pg_temp.figure('queue_jobs_total', 'q', 'failed'),
    pg_temp.figure('queue_quotes_graded_total', 'q')], array['2', '4'],
    'totals grow');

-- Lines of a bundle have their quotes in its row.
select t.queue('lines');
select nightdrop.bundle_of(t.id(now()), 0) as bundle \gset
select nightdrop.bundle_open(:'bundle', 'lines', 'ann', '{}') \g /dev/null
select nightdrop.bundle_append(:'bundle', 1, '{a,b,c}', '{x,y,z}') \g /dev/null
select is_empty('select * from nightdrop.job_list(''ann'', null, null, null, 9)
    where id is not null', 'a bundle on its way in is in no list');
select is(pg_temp.figure('queue_oldest_waiting_age_seconds', 'lines'), null,
    'nor does it wait');
select nightdrop.bundle_seal(:'bundle', 3, 3, 'd', null) \g /dev/null
select is((select count(*) from nightdrop.job_list('ann', null, 'accepted',
    null, 9)), 3::bigint, 'once sealed its lines are listed');
update nightdrop.bundle set quote = row(now(), null, null, 1, 1, 60, -30, '0',
    '-10 s', '')::nightdrop.quote_line, quote_ahead = 0, since = '3',
    sealed = now() - interval '40 s';
select is(round(pg_temp.figure('queue_oldest_waiting_age_seconds', 'lines')
    ::numeric), 40::numeric, 'and wait');
select t.open('{lines}') as w \gset
select from nightdrop.bundle_expand(:w, t.token(:w)) \g /dev/null
select from t.turn(:w, want => 100) \g /dev/null
select from t.turn(:w, starts => array(select id from nightdrop.running),
    attempts => '{1,1,1}') \g /dev/null
select t.finish(:w, id, 1, 'successful') from nightdrop.running \g /dev/null
select nightdrop.run_leave(:w, t.token(:w)) \g /dev/null
select results_eq('select graded, hits from nightdrop.queue_read(''lines'')',
    'values (3::bigint, 2::bigint)', 'and are graded: the last was late');

-- The rest.
select is(array[pg_temp.figure('queue_held', 'idle'),
    pg_temp.figure('queue_held', 'q'), pg_temp.figure('queue_accepting', 'q'),
    pg_temp.figure('late')],
    array['1', '0', '1', '0'], 'switches');
select cmp_ok(pg_temp.figure('partitions_ahead_months')::integer, '>=', 3,
    'partitions ahead');
select is(pg_temp.figure('events_total', null, 'worker_lost'), '0',
    'an event that has not happened is 0, not absent');
insert into nightdrop.event (kind) values ('worker_lost'), ('worker_lost');
select is(pg_temp.figure('events_total', null, 'worker_lost'), '2',
    'events are counted');
select is_empty($$select metric, queue, detail from nightdrop.metrics()
    group by metric, queue, detail having count(*) > 1 or count(value) < 1$$,
    'no figure twice, none without a value');

select * from finish();
rollback;
