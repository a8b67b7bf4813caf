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

-- Many jobs in one request.  A bundle's id is a UUIDv7 whose last 32 bits are
-- zero; the job of its line n has the same id with n in them.  So the members
-- are one range of job's primary key, in the order of the lines, and no index
-- says which they are.
alter table nightdrop.job add column line integer;
comment on column nightdrop.job.line is
'Its line in a bundle, from 1: then what the lines have in common (request, acceptance, quote) is in the row of the bundle, bundle_of(id, line). Null: a job by itself.';

create table nightdrop.bundle (
	id		uuid primary key
			constraint bundle_id_form check (id::text like '%00000000'),
	queue		text collate "C" not null,
	owner		text collate "C" not null default '',
	request		json not null,
	created		timestamptz not null default now(),
	expires		timestamptz default now() + interval '1 day',
	lines		integer not null default 0,
	bytes		bigint not null default 0,
	digest		bytea,
	sealed		timestamptz,
	since		xid8,
	position	timestamptz,
	priority	integer,
	expanded	integer not null default 0,
	left_lines	integer not null default 0,
	left_bytes	bigint not null default 0,
	stop		text
			constraint bundle_stop_who check (stop in ('client', 'operator')),
	finished	timestamptz,
	quote_earliest	timestamptz,
	quote_likely	timestamptz,
	quote_latest	timestamptz,
	quote_ahead	bigint not null default 0,
	quote_fits	boolean not null default true,
	quote_basis	text not null default '',
	quote_version	bigint not null default 0,
	quote_taken	bigint not null default 0,
	quote_slots	integer not null default 1,
	quote_p50	interval,
	quote_p95	interval
) with (fillfactor = 50);
create index bundle_left on nightdrop.bundle (queue, position, id)
	where sealed is not null and expanded < lines;
create index bundle_open on nightdrop.bundle (id)
	where sealed is not null and finished is null;
create index bundle_staged on nightdrop.bundle (expires) where sealed is null;
comment on table nightdrop.bundle is
'A row is many jobs of one request. Until it is sealed its jobs are not there for anybody; from then on they are accepted, and a run moves them into waiting, 10,000 at a time.';
comment on column nightdrop.bundle.request is 'The request''s CGI variables, as in job, for all its jobs.';
comment on column nightdrop.bundle.expires is
'Until it is sealed: when it is swept. Then null; once it is finished: how long it can be fetched.';
comment on column nightdrop.bundle.lines is 'Lines stored so far; all of them, once it is sealed.';
comment on column nightdrop.bundle.bytes is 'Bytes of the lines, without their ends.';
comment on column nightdrop.bundle.digest is 'SHA-256 of the whole body as it was sent.';
comment on column nightdrop.bundle.sealed is 'When it was accepted. Null: it is on its way in.';
comment on column nightdrop.bundle.since is 'The transaction that sealed it, as in waiting.';
comment on column nightdrop.bundle.position is 'Where its jobs stand in the queue''s line, as in waiting.';
comment on column nightdrop.bundle.expanded is
'Up to this line the jobs have been moved on (into waiting, or dismissed). A later one is accepted, unless it has a response.';
comment on column nightdrop.bundle.left_lines is 'Jobs that are not moved on yet and wait: part of counter.waiting.';
comment on column nightdrop.bundle.left_bytes is 'Their bytes: part of counter.bytes.';
comment on column nightdrop.bundle.stop is 'Who wants it dismissed: what is not moved on yet will be.';
comment on column nightdrop.bundle.finished is 'When its last job ended; noted by upkeep().';
comment on column nightdrop.bundle.quote_earliest is
'This and the next two: the first quote of a job with none ahead; bundle_quote() has that of a line.';
comment on column nightdrop.bundle.quote_ahead is 'Jobs that waited before its first line.';

-- Sums of what came of its jobs; insert-only, so that turns do not wait for
-- each other, and folded by upkeep().
create table nightdrop.bundle_tally (
	bundle		uuid not null,
	successful	bigint not null,
	failed		bigint not null,
	dismissed	bigint not null,
	at		timestamptz not null default clock_timestamp()
);
create index bundle_tally_bundle on nightdrop.bundle_tally (bundle);
comment on table nightdrop.bundle_tally is
'What has come of the jobs of bundles: a row a transaction that ended some; the truth is the sum.';

create type nightdrop.bundle_state as (
	verdict		text,
	limit_value	bigint,
	id		uuid,
	queue		text,
	owner		text,
	status		text,
	lines		integer,
	running		bigint,
	successful	bigint,
	failed		bigint,
	dismissed	bigint,
	accepted	timestamptz,
	finished	timestamptz,
	size		bigint,
	digest		bytea,
	quote_earliest	timestamptz,
	quote_likely	timestamptz,
	quote_latest	timestamptz,
	quote_ahead	bigint,
	quote_fits	boolean,
	quote_basis	text,
	expires		timestamptz,
	version		text
);
comment on type nightdrop.bundle_state is
'A bundle for its monitor. verdict: ok, or why it is not shown or not taken; limit_value: what was exceeded.';

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

alter table nightdrop.job add column writer uuid;
comment on column nightdrop.job.writer is
'Of an upload that could be resumed: the request whose bytes were its last; only that one is told that the job is there.';

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
