-- 0003: what a night run needs to be forgotten about.
--
-- Run by sql/install inside one transaction, as nightdrop_owner.

-- Scopes, business dates, clones -----------------------------------------------

alter table nightdrop.worker
	add column term interval not null default '300 seconds'
	    constraint worker_term_range check (term between '5 seconds' and '1 hour'),
	add column queues text[] collate "C";
comment on column nightdrop.worker.term is
'How long its lease lasts; a tenth of it longer, and others may take its jobs.';
comment on column nightdrop.worker.queues is
'Queues that it takes jobs of, where it came with --queue or lacks handlers. Null: all of its run''s.';

alter table nightdrop.run add column business_date date;
comment on column nightdrop.run.business_date is
'The day it was opened for: business_date() of its opening.';
alter table nightdrop.run add column abandoned boolean not null default false;
comment on column nightdrop.run.abandoned is
'Closed by somebody else because its workers were dead: its day was not done.';
comment on table nightdrop.setting is
'One row a setting of this installation: instance (its id), secret (key of the capability URLs, hex), place (where the database was when that was true), time_zone, day_starts (when a business day begins, an interval after midnight).';

-- What is said of a run and its jobs ---------------------------------------------

alter table nightdrop.queue add column max_files integer not null default 1024
	constraint queue_max_files_range check (max_files between 16 and 1048576);
comment on column nightdrop.queue.max_files is
'Descriptors that a handler may have open (RLIMIT_NOFILE).';
alter type nightdrop.task add attribute max_files integer;

alter table nightdrop.run_queue
	add column successful bigint not null default 0,
	add column failed bigint not null default 0,
	add column dismissed bigint not null default 0;
comment on column nightdrop.run_queue.successful is
'Jobs that the run brought to this end; written at the close, as failed and dismissed are.';

grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
