-- quote_accuracy: how good the quotes are, a queue.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.quote_accuracy as
select q.name as queue, count(r.run) as runs,
    coalesce(sum(r.graded), 0)::bigint as graded,
    coalesce(sum(r.hits), 0)::bigint as hits,
    round(sum(r.hits) / nullif(sum(r.graded), 0), 3) as rate,
    percentile_cont(0.5) within group (order by r.width) as width,
    round((percentile_cont(0.5) within group (order by extract(epoch
	from r.width) / nullif(extract(epoch from r.took), 0)))::numeric, 2)
	as width_of_run,
    b.fast, b.slow, b.told, b.next_start
from nightdrop.queue q
    left join nightdrop.queue_basis b on b.queue = q.name
    left join lateral (
	select rq.run, rq.graded, rq.hits, rq.width, u.closed - u.opened as took
	from nightdrop.run_queue rq join nightdrop.run u on u.id = rq.run
	where rq.queue = q.name and not rq.open
	order by rq.run desc limit 12) r on true
group by q.name, b.queue
order by q.name;

comment on view nightdrop.quote_accuracy is
'How good the first quotes were of the jobs that the last 12 runs of a queue brought to an end.';
comment on column nightdrop.quote_accuracy.graded is
'Jobs whose quote had a latest time; hits: of those, final by then; rate: hits of graded.';
comment on column nightdrop.quote_accuracy.width is
'Median over the runs of the median latest - earliest; width_of_run: as a share of how long the run took.';
comment on column nightdrop.quote_accuracy.fast is
'What a wait in the run is expected to shrink to at the most, as a share; slow: to grow to. Learned from these runs.';
comment on column nightdrop.quote_accuracy.told is
'When runs start, as run_expect() was told; null: learned.';
alter view nightdrop.quote_accuracy owner to nightdrop_owner;
grant select on nightdrop.quote_accuracy to nightdrop_dba, nightdrop_monitor;
