-- SPDX-License-Identifier: ISC
-- ledger: nightly totals of shops, added up exactly once.
--
-- A job is shop=NAME&total=12.50, as a form sends it.  This one statement does
-- all jobs of a chunk: it adds them to their shop's total of the business day,
-- and answers a row for each.  What it adds and what becomes of its jobs is one
-- transaction: whatever is killed, no total is added twice, and none is left
-- out.  What is no such job is refused, 422.
--
-- Tables and role, by a superuser (the statement may do what the role may):
--   create role ledger;
--   create schema ledger authorization ledger;
--   create table ledger.total (shop text, day date, jobs bigint not null,
--       total numeric not null, primary key (shop, day));
--   alter table ledger.total owner to ledger;
--   grant nightdrop_handler to ledger;
--   grant ledger to nightdrop_batch;
-- Queue:
--   select nightdrop.queue_create('ledger', 'totals of the shops',
--       '{"run_as": "ledger", "max_size": 1000,
--         "media_types": ["application/x-www-form-urlencoded"]}');
-- Submit:  curl -s -d shop=north -d total=12.50 \
--              https://www.example.org/night/queues/ledger/jobs
-- Try:     printf 'shop=north&total=12.50' | nightdrop-batch --try ledger

with told as (
	select id, business_date as day,
	    regexp_match(encode(body, 'escape'),
		'^shop=([a-z0-9-]{1,40})&total=(-?[0-9]{1,9}[.][0-9]{2})$') as m
	from nightdrop.job_in_hand
), added as (
	insert into ledger.total as t (shop, day, jobs, total)
	select m[1], day, count(*), sum(m[2]::numeric)
	from told where m is not null
	group by m[1], day
	order by m[1], day -- so that two hosts do not wait for each other
	on conflict (shop, day) do update
	set jobs = t.jobs + excluded.jobs, total = t.total + excluded.total
)
select id, case when m is null then 422 else 201 end as status,
    'text/plain; charset=utf-8' as type,
    case when m is null then 'shop=NAME&total=12.50 is wanted'
	else format('%s added to %s', m[2], m[1]) end as body
from told
