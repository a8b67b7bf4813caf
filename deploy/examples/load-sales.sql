-- SPDX-License-Identifier: ISC
--
-- load-sales: what the branches sold, out of JSON into a table, a thousand jobs
-- in one statement.
--
-- The body is [{"day": "2026-11-25", "branch": "north", "pieces": 3,
-- "turnover": 4.50}, ...].  It is loaded whole or, with 422 and the reason, not
-- at all; what comes again for a day and a branch replaces what was there.  The
-- rows and the outcomes of the jobs are one transaction: exactly once.
--
-- read_sales() keeps an error to the job that has it.  Without it that job
-- would be found too, by cutting the chunk, but then be tried again, and be the
-- handler's failure (502) and not the client's.
--
-- Before:  create role loader;
--          grant nightdrop_handler to loader;
--          grant loader to nightdrop_batch;
--          create schema warehouse authorization loader;
--          set role loader;
--          create table warehouse.sales (day date, branch text,
--              pieces integer not null check (pieces >= 0),
--              turnover numeric not null, primary key (day, branch));
--          create function warehouse.read_sales(body bytea,
--              out sales warehouse.sales[], out wrong text)
--          language plpgsql immutable as $$
--          begin
--              select array_agg(s) into sales from jsonb_populate_recordset(
--                  null::warehouse.sales, convert_from(body, 'UTF8')::jsonb) s;
--              select 'day, branch, pieces and turnover are wanted, pieces '
--                  || 'from 0: ' || to_jsonb(s) into wrong
--              from unnest(sales) s where not s is not null
--                  or s.pieces < 0 or s.branch = '' limit 1;
--          exception when data_exception or character_not_in_repertoire then
--              wrong := sqlerrm;
--          end $$;
--          reset role;
-- Queue:   select nightdrop.queue_create('load-sales', 'for the warehouse',
--              '{"media_types": ["application/json"], "max_size": 10000000,
--                "run_as": "loader"}');
-- Submit:  curl -s --data-binary @sales.json -H 'Content-Type: application/json' \
--              'https://www.example.org/night/queues/load-sales/jobs'
-- Try:     nightdrop-batch --try load-sales < sales.json
with given as materialized (
	select j.id, j.accepted, r.sales, r.wrong
	from nightdrop.job_in_hand j
	    cross join lateral warehouse.read_sales(j.body) r
), loaded as (
	insert into warehouse.sales as t (day, branch, pieces, turnover)
	select distinct on (s.day, s.branch) s.day, s.branch, s.pieces,
	    s.turnover
	from given g cross join lateral unnest(g.sales) s
	where g.wrong is null
	order by s.day, s.branch, g.accepted desc, g.id desc
	on conflict (day, branch) do update
	set (pieces, turnover) = (excluded.pieces, excluded.turnover)
)
select id, case when wrong is null then 200 else 422 end as status,
    'text/plain; charset=utf-8' as type,
    case when wrong is null
	then format(E'%s rows loaded.\n', coalesce(cardinality(sales), 0))
	else format(E'Nothing was loaded: %s.\nCorrect it, and submit it '
	    'again.\n', wrong) end as body
from given
