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

grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
