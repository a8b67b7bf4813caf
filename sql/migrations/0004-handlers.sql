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

grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
