-- job_in_line(j): where a job waits, for a verb that changes its place.
--
-- Parameters: j, from job_find.
-- Returns:    its row in waiting, locked.
-- Errors:     ND409 it does not wait: it is in a worker's hands, has ended, or
--             is a line of a bundle that no run has looked at yet.
-- Tables:     waiting, running.
--
-- Who moves it at this moment is waited for; then it is seen where it went.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_in_line(j nightdrop.job)
returns nightdrop.waiting
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	w nightdrop.waiting;
begin
	for tries in 1 .. 3 loop
		select * into w from nightdrop.waiting l where l.id = j.id
		for update;
		if found then
			return w;
		end if;
		perform from nightdrop.running r where r.id = j.id for update;
		if found then
			raise exception 'job % is in a worker''s hands', j.id
			    using errcode = 'ND409', hint = 'select * from nightdrop.running_job where id = ...; nightdrop.job_dismiss ends it';
		end if;
	end loop;
	raise exception 'job % %', j.id, case
	    when exists (select from nightdrop.response f where f.id = j.id)
	    then 'has ended' else 'is a line of a bundle that no run has looked at yet' end
	    using errcode = 'ND409', hint = case
	    when exists (select from nightdrop.response f where f.id = j.id)
	    then 'nightdrop.job_requeue runs it again'
	    else 'nightdrop.queue_hold holds its whole queue' end;
end
$$;

comment on function nightdrop.job_in_line(nightdrop.job) is
'Internal: the locked row of a job that waits, or why it does not.';
revoke all on function nightdrop.job_in_line(nightdrop.job) from public;
