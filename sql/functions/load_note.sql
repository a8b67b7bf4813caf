-- load_note(): write down what each queue's line is up against, for the quotes
-- of the jobs that come next.
--
-- Returns:  how many queues had changed.
-- Errors:   none of its own.
-- Tables:   queue_basis, and those of load_ahead.
--
-- Called by each responder once a minute: a job in line waits for other queues'
-- jobs too, and counting those at each acceptance would cost one look a queue.
-- Whoever comes within half a minute of another, or beside one, finds nothing
-- to do.  It waits for nobody, and nobody's answer depends on it: where a row
-- is locked its note stays as it was.
--
-- What monitors show does not come from here, so their versions stay.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.load_note()
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	clock constant timestamptz := clock_timestamp();
	n bigint;
begin
	if not pg_try_advisory_xact_lock(hashtext('nightdrop.load_note'))
	    or (select max(b.noted) from nightdrop.queue_basis b)
		between clock - interval '30 seconds'
		and clock + interval '1 minute' then
		return 0;
	end if;
	perform set_config('synchronous_commit', 'off', true);
	with free as materialized (
		select b.queue from nightdrop.queue_basis b
		for no key update skip locked
	)
	update nightdrop.queue_basis b
	set pace_s = a.pace_s, lead_s = a.lead_s, behind = a.behind,
	    noted = clock
	from nightdrop.load_ahead(clock) a join free f on f.queue = a.queue
	where b.queue = a.queue and (abs(b.lead_s - a.lead_s) > 1
		or b.behind <> a.behind or b.pace_s <> a.pace_s
		or b.noted < clock - interval '10 minutes');
	get diagnostics n = row_count;
	return n;
end
$$;

comment on function nightdrop.load_note() is
'Notes what each queue''s line is up against, for the next quotes; once a minute is enough.';
revoke all on function nightdrop.load_note() from public;
grant execute on function nightdrop.load_note()
	to nightdrop_responder, nightdrop_dba;
