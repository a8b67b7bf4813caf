-- 0004: windows, quotes from them, and three kinds of handler.
--
-- Run by sql/install inside one transaction, as nightdrop_owner.

-- Windows ------------------------------------------------------------------------

alter table nightdrop.run add column until timestamptz;
comment on column nightdrop.run.until is
'When its window closes (--until): no job is started that would not be done by then. Null: no window.';
alter table nightdrop.run_queue add column carried_over bigint;
comment on column nightdrop.run_queue.carried_over is
'Jobs that were this run''s to take and that its window closed before; written at the close. Null: it had no window, or is open.';
alter table nightdrop.queue_basis add column carried timestamptz;
comment on column nightdrop.queue_basis.carried is
'When the window of its last closed run closed, where that left jobs over; null: it left none.';
alter type nightdrop.bundle_state add attribute carried_over integer;

-- Handlers in SQL ------------------------------------------------------------------

alter table nightdrop.queue add column run_as text collate "C";
comment on column nightdrop.queue.run_as is
'Role that the statement of a .sql handler is run as; nightdrop_batch must be a member of it, and it of nightdrop_handler. Null: no statement is run.';

-- Unlogged: it says nothing to any transaction but the one that wrote it.
create unlogged table nightdrop.chunk (
	worker		bigint primary key,
	xact		xid8 not null,
	ids		uuid[] not null,
	queue		text collate "C",
	type		text,
	body		bytea
) with (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
comment on table nightdrop.chunk is
'A row is the jobs that a worker has given, or last gave, to the statement of a .sql handler; with queue, type and body it is the made-up job of --try, whose id is the only one of ids.';
comment on column nightdrop.chunk.xact is
'The transaction that the statement runs in: what job_in_hand shows belongs to it alone.';

-- Quotes -------------------------------------------------------------------------

alter table nightdrop.run_queue
	add column p99 interval,
	add column cost_s double precision,
	add column slots integer,
	add column fast double precision,
	add column slow double precision,
	add column width interval,
	add column ages interval[];
comment on column nightdrop.run_queue.cost_s is
'What a job that ended cost, all its attempts together: seconds of a slot. Null: none ended.';
comment on column nightdrop.run_queue.slots is
'Those of all workers of the run that were not lost.';
comment on column nightdrop.run_queue.fast is
'Of what its jobs had been told they would wait in the run, the share that nearly all waited at least; slow: at most. Null: too few had a wait worth the name.';
comment on column nightdrop.run_queue.width is
'Median of latest - earliest of the quotes graded.';
comment on column nightdrop.run_queue.ages is
'How long before the opening its jobs had been accepted, at each twentieth of them: how the day''s jobs come in.';

alter table nightdrop.queue_basis
	add column told text,
	add column starts timestamptz[] not null default '{}',
	add column slack interval not null default '1 minute',
	add column span interval,
	add column closes timestamptz,
	add column tail interval,
	add column usual bigint not null default 0,
	add column ages interval[] not null default '{}',
	add column fast double precision not null default 0.6,
	add column slow double precision not null default 1.5,
	add column cost_s double precision,
	add column pace_s double precision,
	add column lead_s double precision not null default 0,
	add column shown_pace_s double precision,
	add column shown_lead_s double precision not null default 0,
	add column due bigint not null default 0,
	add column behind bigint not null default 0,
	add column noted timestamptz not null default '-infinity';
update nightdrop.queue_basis b
set starts = array[b.next_start], tail = b.p95,
    cost_s = extract(epoch from b.p50),
    pace_s = extract(epoch from b.p50) / greatest(b.slots, 1),
    shown_pace_s = extract(epoch from b.p50) / greatest(b.slots, 1)
where b.next_start is not null and b.p50 is not null;
comment on column nightdrop.queue_basis.told is
'When runs start, as run_expect() was told: a moment, or five fields of cron. Null: learned from the past runs.';
comment on column nightdrop.queue_basis.next_start is
'When the next run is expected, told or learned; the first of starts.';
comment on column nightdrop.queue_basis.starts is
'The next starts that are expected, in order; behind the last, one each interval.';
comment on column nightdrop.queue_basis.slack is
'How much later than expected a run may well open: by what the past ones did, and two days where the weekday of the next start has not been seen yet.';
comment on column nightdrop.queue_basis.span is
'Usual length of a run''s window, from the runs that had one. Null: the last one had none.';
comment on column nightdrop.queue_basis.closes is
'When the open run''s window closes.';
comment on column nightdrop.queue_basis.tail is
'What only one job in a hundred takes longer than.';
comment on column nightdrop.queue_basis.usual is
'Jobs that a run usually brings to an end.';
comment on column nightdrop.queue_basis.ages is
'As run_queue.ages, of the last runs.';
comment on column nightdrop.queue_basis.fast is
'What a wait in the run may shrink to, as a share of what is expected, by the quotes of the last runs; slow: what it may grow to.';
comment on column nightdrop.queue_basis.cost_s is
'What a job costs: seconds of a slot.';
comment on column nightdrop.queue_basis.pace_s is
'What a job ahead in this queue costs those behind it: seconds, with the slots that the queue gets.';
comment on column nightdrop.queue_basis.lead_s is
'What other queues'' jobs ahead of one that is accepted now cost it: seconds; less the slots that are free at the start. Noted once a minute (load_note).';
comment on column nightdrop.queue_basis.shown_pace_s is
'As pace_s and shown_lead_s as lead_s, as of the last opening or closing: what monitors show changes with version alone.';
comment on column nightdrop.queue_basis.due is
'Jobs that waited when the open run opened.';
comment on column nightdrop.queue_basis.behind is
'Of the jobs that wait, those that the open run will have taken before the next one starts.';
comment on column nightdrop.queue_basis.noted is
'When load_note() was last here.';

-- The quotes of a bundle's lines are worked out from what its first needs.
create type nightdrop.quote_line as (
	start		timestamptz,
	following	timestamptz[],
	room_s		double precision,
	fast		double precision,
	slow		double precision,
	lead_s		double precision,
	pace_s		double precision,
	p50		interval,
	tail		interval,
	basis		text
);
comment on type nightdrop.quote_line is
'What the quotes of all jobs have in common that come into a line now; see quote_line(). following: the starts after the first; room_s: how far into a run a job may start; both null: there is no window; tail: from a job''s start at the latest to its end at the latest.';
drop view if exists nightdrop.job_status;
alter table nightdrop.bundle
	add column quote nightdrop.quote_line,
	add column quote_behind bigint not null default 0;
update nightdrop.bundle b
set quote = row(b.quote_earliest, null, null, 1,
    extract(epoch from b.quote_p95) / nullif(extract(epoch from b.quote_p50), 0),
    0, extract(epoch from b.quote_p50) / greatest(b.quote_slots, 1),
    b.quote_likely - b.quote_earliest, b.quote_latest - b.quote_earliest,
    b.quote_basis)::nightdrop.quote_line
where b.sealed is not null;
alter table nightdrop.bundle
	drop column quote_earliest, drop column quote_likely,
	drop column quote_latest, drop column quote_fits,
	drop column quote_basis, drop column quote_slots,
	drop column quote_p50, drop column quote_p95;
comment on column nightdrop.bundle.quote is
'What the first quotes of its lines are worked out from (bundle_quote).';
comment on column nightdrop.bundle.quote_behind is
'Of those ahead: jobs of the run that was open when it was accepted.';

-- Speed --------------------------------------------------------------------------

-- Each row changes once, when its job begins: there must be room for that on its
-- page, or all indexes get it a second time.
alter table nightdrop.running set (fillfactor = 45);

grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
