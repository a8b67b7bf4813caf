-- 0001: the tables of Nightdrop.
--
-- Facts are inserted, not updated: job, part, attempt, response and event are
-- insert-only; job, part, attempt and response are partitioned by range of
-- the UUIDv7 id, which is by month of acceptance.  What changes is narrow
-- and small: waiting, running, counter, and the ledger.
--
-- A job is in exactly one place: waiting, running, or final (a response row
-- of its current round).  Moving it is a delete and an insert in one
-- transaction, so there is no state column to keep true.
--
-- Run by sql/install inside one transaction, as nightdrop_owner.

create table nightdrop.setting (
	name	text collate "C" primary key,
	value	text not null
);
comment on table nightdrop.setting is
'One row a setting of this installation: instance (its id), secret (key of the capability URLs, hex), time_zone.';

-- Policies -------------------------------------------------------------

create table nightdrop.queue (
	name		text collate "C" primary key
			constraint queue_name_form
			check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
	description	text not null default '',
	reply		smallint not null default 202
			constraint queue_reply_code check (reply in (201, 202, 204)),
	accepting	boolean not null default true,
	held		boolean not null default false,
	priority	integer not null default 0
			constraint queue_priority_range check (priority between -1000 and 1000),
	aging		interval not null default '1 hour'
			constraint queue_aging_positive check (aging >= '0'),
	media_types	text[] not null default '{}',
	max_size	bigint not null default 1073741824
			constraint queue_max_size_range check (max_size between 0 and 1099511627776),
	max_waiting	bigint
			constraint queue_max_waiting_positive check (max_waiting >= 0),
	max_running	integer
			constraint queue_max_running_positive check (max_running > 0),
	max_attempts	integer not null default 3
			constraint queue_max_attempts_range check (max_attempts between 1 and 1000),
	max_continues	integer not null default 30
			constraint queue_max_continues_range check (max_continues between 0 and 100000),
	backoff		interval not null default '1 minute'
			constraint queue_backoff_positive check (backoff >= '0'),
	backoff_max	interval not null default '1 day'
			constraint queue_backoff_max_positive check (backoff_max >= '0'),
	time_limit	interval not null default '1 hour'
			constraint queue_time_limit_range check (time_limit > '0' and time_limit <= '31 days'),
	cpu_limit	interval
			constraint queue_cpu_limit_positive check (cpu_limit >= '1 second'),
	memory_limit	bigint
			constraint queue_memory_limit_range check (memory_limit >= 1048576),
	max_output	bigint not null default 1073741824
			constraint queue_max_output_range check (max_output between 0 and 1099511627776),
	request_fields	text[] not null default '{}',
	response_fields	text[] not null default '{}',
	retention	interval not null default '30 days'
			constraint queue_retention_positive check (retention > '0'),
	created		timestamptz not null default now()
);
comment on table nightdrop.queue is
'A row is a policy: what a queue accepts, how it answers, how its jobs are run. The program that runs them is the host administrator''s: HANDLER_DIR/name.';
comment on column nightdrop.queue.reply is
'Status of an accepted POST: 202 with a monitor, 201 with the job as a resource, 204 without a body.';
comment on column nightdrop.queue.accepting is 'False: submissions are answered 503.';
comment on column nightdrop.queue.held is 'True: accepts, but no run takes its jobs.';
comment on column nightdrop.queue.priority is
'Larger goes first; a job''s place is its acceptance time minus priority x aging.';
comment on column nightdrop.queue.aging is 'What one step of priority is worth in waiting time.';
comment on column nightdrop.queue.media_types is
'Accepted media types without parameters, text/* for a whole type; empty: any. Others are answered 415.';
comment on column nightdrop.queue.max_size is 'Largest body in bytes; larger: 413.';
comment on column nightdrop.queue.max_waiting is 'Largest backlog in jobs; beyond it: 503. Null: no limit.';
comment on column nightdrop.queue.max_running is 'Most jobs of this queue in hand at once, over all hosts. Null: no limit.';
comment on column nightdrop.queue.max_attempts is 'Failures (not continuations) after which a job fails for good.';
comment on column nightdrop.queue.max_continues is 'How often a handler may answer 202 (continue in the next run).';
comment on column nightdrop.queue.backoff is 'Wait before the second attempt; doubled for each further one.';
comment on column nightdrop.queue.backoff_max is 'Longest wait between attempts.';
comment on column nightdrop.queue.time_limit is 'A handler running longer gets TERM, five seconds later KILL.';
comment on column nightdrop.queue.cpu_limit is 'CPU time of a handler process (RLIMIT_CPU). Null: none.';
comment on column nightdrop.queue.memory_limit is 'Address space of a handler process in bytes (RLIMIT_AS). Null: none.';
comment on column nightdrop.queue.max_output is 'Largest answer of a handler in bytes.';
comment on column nightdrop.queue.request_fields is
'Further request fields handed to the handler, as CGI variables (HTTP_X_SHOP). Never PROXY, AUTHORIZATION, COOKIE.';
comment on column nightdrop.queue.response_fields is
'Further X- fields of the handler''s answer that are served, lower case (x-pages).';
comment on column nightdrop.queue.retention is 'How long a final job can be fetched; then 410.';

-- A counter has one row for each of 16 slots, so that concurrent
-- transactions do not wait for one row.  Slots may be negative; sums are not.
create table nightdrop.counter (
	queue		text collate "C" not null references nightdrop.queue on delete cascade,
	slot		smallint not null,
	waiting		bigint not null default 0,
	bytes		bigint not null default 0,
	primary key (queue, slot)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
comment on table nightdrop.counter is
'Jobs waiting and their bytes, a queue; the truth is sum() over the slots. One HOT update a transaction, reconciled when a run closes.';

create table nightdrop.queue_basis (
	queue		text collate "C" primary key references nightdrop.queue on delete cascade,
	version		bigint not null default 0,
	runs		integer not null default 0,
	next_start	timestamptz,
	slots		integer not null default 1,
	p50		interval,
	p95		interval,
	taken		bigint not null default 0,
	every		interval,
	opened		timestamptz,
	reach		interval not null default '0',
	updated		timestamptz not null default now()
) with (fillfactor = 50);
comment on table nightdrop.queue_basis is
'What quotes are computed from, a queue: written when a run opens and closes, read by every accept.';
comment on column nightdrop.queue_basis.version is 'Raised at each opening and closing of a run; part of the monitor''s ETag.';
comment on column nightdrop.queue_basis.runs is 'Closed runs looked at, at most 12. Below 2 the next start is not known.';
comment on column nightdrop.queue_basis.taken is 'Jobs that left this queue''s line for good since it was created, as of the last opening or closing.';
comment on column nightdrop.queue_basis.every is 'Median time between the starts of those runs.';
comment on column nightdrop.queue_basis.opened is 'When the open run took its cutoff; null: no run is open.';
comment on column nightdrop.queue_basis.reach is
'How far after its acceptance the position of a waiting job may lie: the largest -priority x aging since the queue was last found empty. It bounds the part of the line that a claim looks at.';

-- What was accepted ----------------------------------------------------

create table nightdrop.job (
	id		uuid not null,
	queue		text collate "C" not null,
	owner		text collate "C" not null default '',
	accepted	timestamptz not null,
	request		json not null,
	type		text,
	size		bigint not null,
	digest		bytea not null,
	body		bytea,
	quote_earliest	timestamptz,
	quote_likely	timestamptz,
	quote_latest	timestamptz,
	quote_ahead	bigint not null default 0,
	quote_fits	boolean not null default true,
	quote_basis	text not null default '',
	quote_version	bigint not null default 0,
	quote_taken	bigint not null default 0,
	primary key (id)
) partition by range (id);
alter table nightdrop.job alter column body set storage external;
comment on table nightdrop.job is 'A row is a submission as it was accepted. Insert-only, by month of the id.';
comment on column nightdrop.job.id is 'UUIDv7: its first 48 bits are milliseconds of the acceptance.';
comment on column nightdrop.job.owner is 'The authenticated user, or '''' where there was none: then the URL''s key is what gives access.';
comment on column nightdrop.job.request is 'The request''s CGI variables (RFC 3875 names) that its handler will be given.';
comment on column nightdrop.job.type is 'Content-Type as sent.';
comment on column nightdrop.job.size is 'Bytes of the body as stored.';
comment on column nightdrop.job.digest is 'SHA-256 of the body as stored.';
comment on column nightdrop.job.body is 'The body where it is inline; null: it is in part, holder 0.';
comment on column nightdrop.job.quote_ahead is 'The first quote, kept so that it can be graded.';

create table nightdrop.part (
	id		uuid not null,
	holder		integer not null,
	seq		integer not null,
	data		bytea not null,
	primary key (id, holder, seq)
) partition by range (id);
alter table nightdrop.part alter column data set storage external;
comment on table nightdrop.part is
'A row is a piece (at most 256 KiB) of a long body: the submission''s (holder 0) or the answer of attempt n (holder n).';

create table nightdrop.upload (
	id		uuid primary key,
	queue		text collate "C" not null references nightdrop.queue on delete cascade,
	owner		text collate "C" not null default '',
	created		timestamptz not null default now(),
	expires		timestamptz not null default now() + interval '1 day'
);
comment on table nightdrop.upload is
'A row is a body on its way in. Not a job yet: never visible, never run; swept when it expires.';

create table nightdrop.idempotency_key (
	owner		text collate "C" not null,
	queue		text collate "C" not null,
	key		text collate "C" not null,
	scope		bytea not null,
	id		uuid not null,
	digest		bytea not null,
	created		timestamptz not null default now(),
	primary key (owner, queue, key, scope)
);
comment on table nightdrop.idempotency_key is
'Which job an Idempotency-Key made, kept until the job is final and 24 h more. scope is empty, or the body''s digest where there is no owner.';
create index idempotency_key_created on nightdrop.idempotency_key (created);

-- Where a job is -------------------------------------------------------

create table nightdrop.waiting (
	id		uuid primary key,
	queue		text collate "C" not null,
	position	timestamptz not null,
	priority	integer not null default 0,
	again		boolean not null default false,
	not_before	timestamptz not null default '-infinity',
	since		xid8 not null default pg_current_xact_id(),
	bytes		integer not null,
	round		integer not null default 1,
	attempt		integer not null default 0,
	failures	integer not null default 0,
	continues	integer not null default 0,
	lost		boolean not null default false,
	state		bytea
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.02,
	autovacuum_vacuum_cost_delay = 0);
create index waiting_line on nightdrop.waiting (queue, position, id) where not again;
create index waiting_again on nightdrop.waiting (queue, position, id) where again;
comment on table nightdrop.waiting is 'A row is a job that a run may take.';
comment on column nightdrop.waiting.position is 'Its place in the queue''s line: acceptance (or due) time minus priority x aging. Never changes while it waits.';
comment on column nightdrop.waiting.again is
'Tried or lost before, and put back. Apart from the others so that a claim can stop at the run''s cutoff, behind which only these are of interest.';
comment on column nightdrop.waiting.since is 'The transaction that accepted it: a run takes what was visible when it opened.';
comment on column nightdrop.waiting.bytes is 'Bytes of the inline body, 0 where it is in parts.';
comment on column nightdrop.waiting.round is 'Which life of the job: 1, and one more for each requeue.';
comment on column nightdrop.waiting.attempt is 'Attempts started so far.';
comment on column nightdrop.waiting.lost is 'Its last attempt was lost with its worker: it will be started alone.';
comment on column nightdrop.waiting.state is 'What the handler said when it asked to be continued (NIGHTDROP_STATE).';

create table nightdrop.running (
	id		uuid primary key,
	queue		text collate "C" not null,
	worker		bigint not null,
	run		bigint not null,
	reserved	timestamptz not null default now(),
	started		timestamptz,
	deadline	timestamptz,
	attempt		integer not null,
	stop		text
			constraint running_stop_who check (stop in ('client', 'operator')),
	progress	text,
	position	timestamptz not null,
	priority	integer not null,
	again		boolean not null,
	since		xid8 not null,
	bytes		integer not null,
	round		integer not null,
	failures	integer not null,
	continues	integer not null,
	lost		boolean not null,
	state		bytea
) with (fillfactor = 70, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.05,
	autovacuum_vacuum_cost_delay = 0);
create index running_worker on nightdrop.running (worker);
create index running_queue on nightdrop.running (queue);
create index running_stop on nightdrop.running (worker) where stop is not null;
comment on table nightdrop.running is
'A row is a job in a worker''s hands: reserved while started is null (nothing is charged yet), then running.';
comment on column nightdrop.running.attempt is 'Attempts started, this one included once started is set.';
comment on column nightdrop.running.stop is 'Who wants it dismissed; the worker that has it will see.';

create table nightdrop.attempt (
	id		uuid not null,
	attempt		integer not null,
	round		integer not null,
	run		bigint not null,
	worker		bigint not null,
	queue		text collate "C" not null,
	started		timestamptz not null,
	ended		timestamptz not null,
	result		text not null
			constraint attempt_result_word
			check (result in ('successful', 'failed', 'dismissed', 'retry', 'continue', 'lost')),
	status		smallint,
	reason		text,
	exit_code	integer,
	signal		integer,
	log		bytea,
	primary key (id, attempt)
) partition by range (id);
create index attempt_ended on nightdrop.attempt using brin (ended);
comment on table nightdrop.attempt is 'A row is one try that has ended. Insert-only.';
comment on column nightdrop.attempt.log is 'What the handler wrote to stderr: head and tail.';

create table nightdrop.response (
	id		uuid not null,
	round		integer not null,
	outcome		text not null
			constraint response_outcome_word
			check (outcome in ('successful', 'failed', 'dismissed')),
	status		smallint not null
			constraint response_status_range check (status between 100 and 599),
	reason		text not null,
	by		text not null
			constraint response_by_word
			check (by in ('handler', 'nightdrop', 'client', 'operator')),
	finished	timestamptz not null,
	started		timestamptz,
	expires		timestamptz not null,
	attempt		integer not null,
	fields		json not null default '[]',
	size		bigint not null default 0,
	body		bytea,
	holder		integer not null default 0,
	primary key (id, round)
) partition by range (id);
alter table nightdrop.response alter column body set storage external;
comment on table nightdrop.response is 'A row is the final answer of a job: the handler''s own, or ours where it gave none. Insert-only.';
comment on column nightdrop.response.fields is 'Header fields in order: [["Content-Type", "text/html"], ...].';
comment on column nightdrop.response.holder is 'Where the body is long: the attempt whose parts are the body; 0: it is inline.';

-- The ledger -----------------------------------------------------------

create table nightdrop.run (
	id		bigint generated always as identity primary key,
	opened		timestamptz not null default now(),
	cutoff		pg_snapshot not null,
	cut		timestamptz not null default clock_timestamp(),
	closed		timestamptz,
	resumed		integer not null default 0,
	slots		integer not null,
	successful	bigint not null default 0,
	failed		bigint not null default 0,
	dismissed	bigint not null default 0,
	given_back	bigint not null default 0,
	retried		bigint not null default 0,
	taken		bigint not null default 0,
	waiting_at_open	bigint not null default 0,
	left_waiting	bigint,
	accepted_since	bigint,
	lost_workers	integer not null default 0,
	balanced	boolean,
	trouble		text[] not null default '{}'
) with (fillfactor = 50);
comment on table nightdrop.run is
'The ledger, a row a run: taken = successful + failed + dismissed + given_back, or balanced is false.';
comment on column nightdrop.run.cutoff is 'Snapshot of the opening: jobs not visible in it belong to the next run.';
comment on column nightdrop.run.cut is 'When the cutoff was taken.';
comment on column nightdrop.run.accepted_since is 'Jobs of its queues accepted after its opening, as of its close.';
comment on column nightdrop.run.trouble is 'Jobs found at the close in none or two of waiting, running, final; at most 20.';
comment on column nightdrop.run.given_back is 'Jobs returned to the line: retried, continued, recovered, or not started.';
comment on column nightdrop.run.retried is 'Of those given back: tried and to be tried again.';

create table nightdrop.run_queue (
	run		bigint not null references nightdrop.run on delete cascade,
	queue		text collate "C" not null references nightdrop.queue on delete cascade,
	open		boolean not null default true,
	finished	bigint not null default 0,
	p50		interval,
	p95		interval,
	primary key (run, queue)
);
create unique index run_queue_open on nightdrop.run_queue (queue) where open;
create index run_queue_history on nightdrop.run_queue (queue, run);
comment on table nightdrop.run_queue is
'Which queues a run works on. At most one open run a queue: the partial unique index says so. finished, p50 and p95 are written at the close.';

create table nightdrop.worker (
	id		bigint generated always as identity primary key,
	run		bigint not null references nightdrop.run on delete cascade,
	token		uuid not null,
	host		text not null,
	pid		integer not null,
	lock		text not null,
	slots		integer not null,
	joined		timestamptz not null default now(),
	lease		timestamptz not null,
	left_at		timestamptz,
	lost		boolean not null default false
) with (fillfactor = 50);
create index worker_run on nightdrop.worker (run) where left_at is null;
create unique index worker_token on nightdrop.worker (token);
comment on table nightdrop.worker is
'A row is a batch process in a run. It may act while its lease, by this server''s clock, is in the future; token fences its calls.';
comment on column nightdrop.worker.lock is 'File locked by its guardian: on its host, a free lock proves that it is dead.';
comment on column nightdrop.worker.lost is 'It was found dead and its jobs were recovered.';

-- The record -----------------------------------------------------------

create table nightdrop.event (
	at		timestamptz not null default clock_timestamp(),
	kind		text not null,
	id		uuid,
	run		bigint,
	worker		bigint,
	text		text not null default ''
);
create index event_at on nightdrop.event using brin (at);
comment on table nightdrop.event is
'A row is something that happened to the machinery: stale_finish, worker_lost, job_lost, run_resumed, unbalanced.';

create table nightdrop.audit (
	at		timestamptz not null default clock_timestamp(),
	who		text not null default session_user,
	verb		text not null,
	object		text not null,
	reason		text not null,
	before		jsonb,
	after		jsonb
);
comment on table nightdrop.audit is 'A row is a verb that somebody called: who, when, what, why, before, after.';

-- What the functions answer ----------------------------------------------

create type nightdrop.receipt as (
	id		uuid,
	verdict		text,
	reply		integer,
	accepted	timestamptz,
	size		bigint,
	digest		bytea,
	status		text,
	version		text,
	quote_earliest	timestamptz,
	quote_likely	timestamptz,
	quote_latest	timestamptz,
	quote_ahead	bigint,
	quote_fits	boolean,
	quote_basis	text,
	limit_value	bigint,
	repeated	boolean
);
comment on type nightdrop.receipt is
'What an accepting function answers, a row a job. verdict: ok, or why not: no_queue closed backlog too_large media_type clock taken key_conflict key_busy none.';

create type nightdrop.task as (
	kind		text,
	id		uuid,
	verdict		text,
	attempt		integer,
	queue		text,
	request		text,
	type		text,
	size		bigint,
	digest		bytea,
	body		bytea,
	max_attempts	integer,
	failures	integer,
	lost		boolean,
	state		bytea,
	accepted	timestamptz,
	position	timestamptz,
	time_limit_ms	bigint,
	cpu_limit_s	integer,
	memory_limit	bigint,
	max_output	bigint,
	request_fields	text,
	owner		text,
	due		timestamptz
);
comment on type nightdrop.task is
'What turn and mine tell a worker. kind: finish, start (what became of its own), claim (a job to run), stop (one to end), idle (nothing to do before due).';

-- The DBA may look at everything but the secret.
grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
