-- 0002: what the whole of the HTTP contract needs.
--
-- Run by sql/install inside one transaction, as nightdrop_owner.

-- Named jobs -------------------------------------------------------------

create table nightdrop.named_job (
	queue		text collate "C" not null references nightdrop.queue on delete cascade,
	owner		text collate "C" not null,
	name		text collate "C" not null,
	id		uuid not null,
	primary key (queue, owner, name)
);
create index named_job_age on nightdrop.named_job (queue, id);
comment on table nightdrop.named_job is
'Which job a name of a client''s stands for: the newest that was PUT under it. Kept as long as that job.';

alter table nightdrop.job add column replaced uuid;
comment on column nightdrop.job.replaced is
'The job of the same name whose place in the line it took; null: none waited, or it has no name.';

-- Bundles ----------------------------------------------------------------

-- Uploads that can be resumed ----------------------------------------------

alter table nightdrop.upload
	add length bigint,
	add received bigint not null default 0,
	add parts integer not null default 0,
	add writer uuid,
	add type text,
	add request json;
comment on column nightdrop.upload.length is
'Bytes that it will have; null for a body that comes in one request and cannot be resumed.';
comment on column nightdrop.upload.received is
'Bytes that are here for good: where the next request goes on. Always less than length: with its last byte an upload becomes a job.';
comment on column nightdrop.upload.parts is
'Rows in part that hold these bytes; what lies behind them was given up.';
comment on column nightdrop.upload.writer is
'The request that may add bytes: the latest to ask for it.';
comment on column nightdrop.upload.type is
'Content-Type of the job to be.';
comment on column nightdrop.upload.request is
'CGI variables of the request that created it: those of the job to be.';

alter table nightdrop.job alter column digest drop not null;
comment on column nightdrop.job.digest is
'SHA-256 of the body; null for an upload that came in pieces, until a run has read all of it once.';

-- Who may do what ----------------------------------------------------------

create table nightdrop.client_token (
	number	integer generated always as identity primary key,
	digest	bytea not null unique
		constraint client_token_sha256 check (octet_length(digest) = 32),
	owner	text collate "C" not null
		constraint client_token_owner_size
		check (octet_length(owner) between 1 and 255),
	reason	text not null,
	created	timestamptz not null default now(),
	expires	timestamptz not null default 'infinity',
	revoked	timestamptz,
	used	date
);
comment on table nightdrop.client_token is
'A row is a bearer token (Authorization: Bearer nightdrop_NUMBER_...) and whose it is. The token itself is not kept: who lost it gets a new one from token_create.';
comment on column nightdrop.client_token.digest is 'SHA-256 of the token''s text.';
comment on column nightdrop.client_token.owner is 'Who is calling where the token is sent: it goes before any REMOTE_USER.';
comment on column nightdrop.client_token.used is 'The last day on which it was used; null: never.';

alter table nightdrop.queue
	add column submitters text[] collate "C" not null default '{}'
		constraint queue_submitters_named
		check (array_position(submitters, null) is null
		    and '' <> all (submitters)),
	add column max_waiting_owner bigint
		constraint queue_max_waiting_owner_positive
		check (max_waiting_owner >= 0);
comment on column nightdrop.queue.submitters is
'Owners who may submit (others: 403, who has not authenticated: 401); * is anybody who has authenticated; empty: anybody at all.';
comment on column nightdrop.queue.max_waiting_owner is
'Most jobs of one owner that wait in this queue; beyond it: 429. Those without an owner count as one. Null: no limit. What waited before it was set does not count.';

alter table nightdrop.waiting add column owner text collate "C";
comment on column nightdrop.waiting.owner is
'The job''s owner, where the queue has a max_waiting_owner and this counts; null: it does not. A job that is put back after an attempt does not.';
create index waiting_owner on nightdrop.waiting (queue, owner)
	where owner is not null;

-- Lists ------------------------------------------------------------------

-- An owner's jobs, newest first.  Jobs without an owner are in no list, and
-- their acceptance does not pay for it.
create index job_owner on nightdrop.job (owner, id) where owner <> '';

-- Figures ------------------------------------------------------------------

alter table nightdrop.run_queue
	add column graded bigint not null default 0,
	add column hits bigint not null default 0;
comment on column nightdrop.run_queue.graded is
'Jobs that the run brought to an end and whose first quote had a latest time.';
comment on column nightdrop.run_queue.hits is 'Of those graded: final by that time.';

alter table nightdrop.queue_basis
	add column graded bigint not null default 0,
	add column hits bigint not null default 0,
	add column total_runs bigint not null default 0,
	add column total_successful bigint not null default 0,
	add column total_failed bigint not null default 0,
	add column total_dismissed bigint not null default 0,
	add column total_graded bigint not null default 0,
	add column total_hits bigint not null default 0;
comment on column nightdrop.queue_basis.graded is
'Sum of run_queue.graded over the runs looked at; hits likewise.';
comment on column nightdrop.queue_basis.total_runs is
'Runs closed since the queue was created. This and the other totals only grow, for monitoring.';
comment on column nightdrop.queue_basis.total_successful is
'Jobs that runs brought to this end; failed and dismissed likewise. What was dismissed while it waited is no run''s.';

-- What new tables are there, the DBA may look at, but not at secrets.
grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
