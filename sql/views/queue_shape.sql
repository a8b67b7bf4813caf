-- queue_shape: how old what waits is, a row a queue.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.queue_shape as
select q.name as queue, count(a.age) as waiting,
    count(*) filter (where a.age < interval '1 hour') as "1h",
    count(*) filter (where a.age >= interval '1 hour'
	and a.age < interval '6 hours') as "6h",
    count(*) filter (where a.age >= interval '6 hours'
	and a.age < interval '1 day') as "1d",
    count(*) filter (where a.age >= interval '1 day'
	and a.age < interval '2 days') as "2d",
    count(*) filter (where a.age >= interval '2 days'
	and a.age < interval '7 days') as "7d",
    count(*) filter (where a.age >= interval '7 days') as older,
    count(*) filter (where a.again) as again,
    count(*) filter (where a.held) as held
from nightdrop.queue q
    left join lateral (
	select now() - coalesce(u.sealed, j.accepted) as age,
	    w.again and w.not_before < 'infinity' as again,
	    w.not_before = 'infinity' as held
	from nightdrop.waiting w
	    join nightdrop.job j on j.id = w.id
	    left join nightdrop.bundle u on u.id = case
		when j.line is not null
		then (left(j.id::text, 28) || '00000000')::uuid end
	where w.queue = q.name) a on true
group by q.name
order by q.name;

comment on view nightdrop.queue_shape is
'What waits, by age (up to 1 hour, 6 hours, 1 day, 2 days, 7 days, older): a queue that is not run grows to the right. Reads all that waits.';
comment on column nightdrop.queue_shape.again is 'Of these: tried before, to be tried again.';
comment on column nightdrop.queue_shape.held is 'Of these: held by job_hold.';
alter view nightdrop.queue_shape owner to nightdrop_owner;
grant select on nightdrop.queue_shape to nightdrop_dba, nightdrop_monitor;
