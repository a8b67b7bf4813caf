-- named_forget(): names whose job is final and kept no longer.
--
-- Returns:  how many were forgotten, at most 10,000 a queue.
-- Tables:   queue, named_job, waiting, running, response.
--
-- Only names as old as their queue's retention are looked at.  A name that is
-- being put to is passed by.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.named_forget()
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	n bigint;
begin
	with old as materialized (
		select o.* from nightdrop.queue q cross join lateral (
			select n.queue, n.owner, n.name
			from nightdrop.named_job n
			where n.queue = q.name
			    and n.id < nightdrop.uuid_floor(greatest(
				now() - q.retention, 'epoch'))
			    and not exists (select from nightdrop.waiting w
				where w.id = n.id)
			    and not exists (select from nightdrop.running r
				where r.id = n.id)
			    and not exists (select from nightdrop.response f
				where f.id = n.id and f.expires > now())
			order by n.id limit 10000 for update skip locked) o
	)
	delete from nightdrop.named_job n using old o
	where (n.queue, n.owner, n.name) = (o.queue, o.owner, o.name);
	get diagnostics n = row_count;
	return n;
end
$$;

comment on function nightdrop.named_forget() is
'Internal: forgets the names of jobs that are kept no longer.';
revoke all on function nightdrop.named_forget() from public;
