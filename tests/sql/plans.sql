-- Which indexes a worker's calls walk in a night that begins with an empty
-- running: who plans on that takes each of them for as good as the key, and
-- later reads all that the worker has in hand for each job.
--
-- Counted, not explained: what the functions do inside is what matters.  All
-- calls are first made while nothing is in hand, so that their plans are of
-- that moment, and then with thousands.
--
-- SPDX-License-Identifier: ISC

vacuum analyze nightdrop.running;
vacuum analyze nightdrop.waiting;
vacuum analyze nightdrop.worker;

begin;
select plan(25);
-- What a vacuum leaves that finds no row, and cannot give back the pages: then
-- whatever is in them is taken for one row.
update pg_class set relpages = 20, reltuples = 0
where oid in ('nightdrop.running'::regclass, 'nightdrop.waiting'::regclass);

create role t_plans;
grant nightdrop_handler to t_plans;
grant t_plans to nightdrop_batch;
select t.queue('q', '{"max_attempts": 9, "run_as": "t_plans"}');
select t.open() as w1 \gset
select run as r from nightdrop.worker where id = :w1 \gset
select worker as w2 from nightdrop.run_join(:r, 2, 'b', 2, '/l2',
    gen_random_uuid(), '{}') \gset
select worker as w3 from nightdrop.run_join(:r, 2, 'c', 3, '/l3',
    gen_random_uuid(), '{}') \gset

-- What was walked since this was asked the last time.
create temp table seen (oid oid, name text, walks bigint, rows bigint);
create function pg_temp.walked(out names text, out rows bigint)
language plpgsql as $$
begin
	with now as (
		select c.oid, regexp_replace(c.relname, '_\d{4}_\d\d', '')
			as name,
		    pg_stat_get_xact_numscans(c.oid) as walks,
		    pg_stat_get_xact_tuples_returned(c.oid) as rows
		from pg_class c
		where c.relnamespace = 'nightdrop'::regnamespace
		    and c.relname ~ '^(running|waiting|job|part|attempt)'
		    and c.relkind in ('r', 'i')
	), gone as (
		delete from seen s returning s.*
	), kept as (
		insert into seen select n.* from now n
	)
	select coalesce(string_agg(distinct n.name, ' ' order by n.name), ''),
	    coalesce(sum(n.rows - coalesce(g.rows, 0)), 0)
	into names, rows
	from now n left join gone g using (oid)
	where n.walks > coalesce(g.walks, 0);
end
$$;

-- The calls, each with some ids.
create function pg_temp.starts(w bigint, ids uuid[]) returns bigint
language sql as $$
select count(*) from t.turn(w, starts => ids,
    attempts => array_fill(1, array[cardinality(ids)])) n
where n.verdict = 'ok'
$$;
create function pg_temp.finishes(w bigint, ids uuid[], result text,
    by text default 'handler') returns bigint language sql as $$
select count(*) from t.turn(w, array(select t.ended(i, 1, result, by => by)
    from unnest(ids) i)) n where n.verdict = 'recorded'
$$;
create function pg_temp.claims(w bigint, n integer) returns bigint
language sql as $$
select count(*) from t.turn(w, want => n) c where c.kind = 'claim'
$$;
create function pg_temp.puts(w bigint, ids uuid[]) returns bigint
language sql as $$
select count(*) from unnest(ids) i
where nightdrop.output_put(w, t.token(w), i, 1, 0, 'part')
$$;
create function pg_temp.tells(w bigint, ids uuid[]) returns void
language sql as $$
select nightdrop.progress_put(w, t.token(w), ids,
    array_fill(1, array[cardinality(ids)]),
    array_fill('half'::text, array[cardinality(ids)]))
$$;
create function pg_temp.backs(w bigint, ids uuid[], begun boolean)
returns bigint language sql as $$
select nightdrop.give_back(w, t.token(w), ids,
    array_fill(begun, array[cardinality(ids)]))
$$;
create function pg_temp.chunks(w bigint, ids uuid[]) returns bigint
language sql as $$
select count(*) from nightdrop.chunk_begin(w, t.token(w), 'q', ids,
    array_fill(1, array[cardinality(ids)]))
$$;
create function pg_temp.some(w bigint, begun boolean, n integer)
returns uuid[] language sql as $$
select array_agg(x.id) from (select id from nightdrop.running
    where worker = w and (started is not null) = begun order by id limit n) x
$$;

-- With nothing in hand; six times, after which a plan may be for good.
create function pg_temp.warm(w bigint) returns void language plpgsql as $$
declare
	ids constant uuid[] := array(select t.id() from generate_series(1, 100));
begin
	for i in 1 .. 6 loop
		perform pg_temp.claims(w, 100), pg_temp.starts(w, ids),
		    pg_temp.chunks(w, ids), pg_temp.puts(w, ids[:1]), pg_temp.tells(w, ids),
		    pg_temp.finishes(w, ids, 'successful'), pg_temp.backs(w, ids, false),
		    pg_temp.backs(w, ids, true);
		perform from nightdrop.mine(w, t.token(w), ids);
	end loop;
end
$$;
select pg_temp.warm(:w1);
select * from nightdrop.recover(:w1, t.token(:w1), array[:w2]::bigint[]);

insert into nightdrop.job (id, queue, accepted, request, size, digest, body)
select t.id(), 'q', now(), '{}', 4, 'd', 'body' from generate_series(1, 6000);
insert into nightdrop.waiting (id, queue, position, since, bytes)
select id, 'q', accepted, '3', 4 from nightdrop.job;
insert into nightdrop.part (id, holder, seq, data)
select id, 0, 0, 'x' from nightdrop.job;

select pg_temp.walked();
select is(pg_temp.claims(:w1, 500), 500::bigint, 'a claim');
select results_eq('select names, rows < 1600 from pg_temp.walked()',
    $$values ('job_pkey running_stop waiting_again waiting_line',
    true)$$,
    'walks the line, and takes what it found there');
select sum(pg_temp.claims(w, 500)) from generate_series(1, 4),
    unnest(array[:w1, :w3]::bigint[]) w;

create temp table hand as select pg_temp.some(:w1, false, 300) as ids;
select pg_temp.walked();
select is(pg_temp.starts(:w1, ids), 300::bigint, 'starts') from hand;
select results_eq('select names, rows < 700 from pg_temp.walked()',
    $$values ('running_pkey running_stop', true)$$, 'by key');
select is(pg_temp.starts(:w1, ids), 300::bigint, 'again') from hand;
select results_eq('select names, rows < 1300 from pg_temp.walked()',
    $$values ('running_pkey running_stop', true)$$, 'by key');
select is(pg_temp.puts(:w1, ids[:50]), 50::bigint, 'parts of answers') from hand;
select results_eq('select names, rows < 200 from pg_temp.walked()',
    $$values ('part_pkey running_pkey', true)$$, 'by key');
select pg_temp.tells(:w1, ids[:50]) from hand;
select results_eq('select names, rows < 300 from pg_temp.walked()',
    $$values ('running_pkey', true)$$, 'progress: by key');
select is(pg_temp.chunks(:w1, ids[1:50]), 50::bigint, 'a chunk') from hand;
select results_eq('select names, rows < 300 from pg_temp.walked()',
    $$values ('running_pkey', true)$$, 'by key');
select is(pg_temp.finishes(:w1, ids[1:100], 'successful'), 100::bigint,
    'finishes') from hand;
select results_eq('select names, rows < 300 from pg_temp.walked()',
    $$values ('running_pkey running_stop', true)$$, 'by key');
select is(pg_temp.finishes(:w1, ids[1:100], 'successful'), 100::bigint,
    'again') from hand;
select results_eq('select names, rows < 500 from pg_temp.walked()',
    $$values ('attempt_pkey running_pkey running_stop', true)$$, 'by key');
select is(pg_temp.finishes(:w1, ids[101:200], 'retry', 'nightdrop'),
    100::bigint, 'ended by us') from hand;
select results_eq('select names, rows < 500 from pg_temp.walked()',
    $$values ('part_pkey running_pkey running_stop', true)$$,
    'and their parts, by key');

-- What was in hand, given back.
select is(pg_temp.backs(:w1, ids[201:300], true), 100::bigint, 'given back') from hand;
select results_eq('select names, rows < 300 from pg_temp.walked()',
    $$values ('part_pkey running_pkey', true)$$, 'by key');
create temp table idle as select pg_temp.some(:w1, false, 1000) as ids;
select pg_temp.walked();
select is(pg_temp.backs(:w1, ids[:100], false), 100::bigint, 'not begun')
from idle;
select results_eq('select names, rows < 300 from pg_temp.walked()',
    $$values ('running_pkey', true)$$, 'by key');

-- All that a worker has, and no more than that: here its own index is right.
select is((select count(*) from nightdrop.mine(:w1, t.token(:w1), ids[101:])),
    (select count(*) from nightdrop.running where worker = :w1
    and started is null) - cardinality(ids[101:]), 'mine') from idle;
select pg_temp.walked();
select count(*) from nightdrop.mine(:w1, t.token(:w1), '{}');
select results_eq('select names, rows < 9000 from pg_temp.walked()',
    $$values ('job_pkey running_worker', true)$$, 'mine: the worker''s own');
select workers, requeued > 0 from nightdrop.recover(:w1, t.token(:w1), array[:w3]::bigint[]);
select results_eq('select names, rows < 5000 from pg_temp.walked()',
    $$values ('running_worker', true)$$, 'recover: the dead worker''s own');

-- Held jobs, however many, are not walked for one that will be due.
select t.queue('h');
insert into nightdrop.waiting (id, queue, position, priority, again,
    not_before, bytes)
select t.id(), 'h', 'infinity', 0, true, 'infinity', 0
from generate_series(1, 500);
select t.open('{h}') as w4 \gset
select * from pg_temp.walked() \g /dev/null
select pg_temp.claims(:w4, 10) \g /dev/null
select cmp_ok((select rows from pg_temp.walked()), '<', 20::bigint,
    'a claim does not walk what is held');

select * from finish();
rollback;
