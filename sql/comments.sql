-- What columns, constraints and indexes are, where nothing more particular is
-- said beside their table or view: \d+ is the manual.
--
-- Run by sql/install behind functions and views, as nightdrop_owner;
-- repeatable.  A word for a column holds wherever a column of that name has no
-- comment of its own; tests/sql/comments.sql finds those without.
--
-- SPDX-License-Identifier: ISC

do $comments$
declare
	r record;
begin
for r in
	select c.oid::regclass as relation, a.attname, w.words
	from (values
	('accepted', 'When it was accepted (committed).'),
	('accepted_since', 'Jobs accepted after the run was opened, as of its close.'),
	('accepting', 'False: submissions are answered 503.'),
	('accounted', 'successful + failed + dismissed + given_back.'),
	('after', 'Policy or facts after it.'),
	('1h', 'Waits for less than an hour.'),
	('1d', 'Waits for six hours to a day.'),
	('2d', 'Waits for one day to two.'),
	('6h', 'Waits for one hour to six.'),
	('7d', 'Waits for two days to a week.'),
	('again', 'Tried or lost before, and put back.'),
	('age', 'Since when it waits.'),
	('applied', 'When.'),
	('at', 'When.'),
	('attempt', 'Which try, counted from 1; 0: none has started.'),
	('balanced', 'Whether the ledger adds up and no job was found in none or two places.'),
	('basis', 'What it was computed from, in words.'),
	('before', 'Policy or facts before it.'),
	('body', 'Bytes, where they are inline; null: in parts.'),
	('bundle', 'The bundle.'),
	('business_date', 'The day that the run was opened for.'),
	('by', 'Who ended it: the handler by its own answer, nightdrop, the client, an operator.'),
	('bytes', 'Bytes.'),
	('carried_over', 'Its jobs that a run''s window left for the next.'),
	('closed', 'When it was closed; null: it is open.'),
	('continues', 'How often its handler has asked to be continued.'),
	('cpu_limit_s', 'queue.cpu_limit, seconds.'),
	('created', 'When.'),
	('data', 'The bytes.'),
	('dead_rows', 'For vacuum to clear, by the statistics.'),
	('deadline', 'When its handler gets TERM.'),
	('description', 'In words, for people.'),
	('digest', 'SHA-256.'),
	('dismissed', 'Jobs that were dismissed, by client or operator.'),
	('due', 'When the next of those put back may be tried.'),
	('ended', 'When it ended.'),
	('every', 'Median time between the starts of the last runs.'),
	('exit_code', 'Of the handler; -1: ended by a signal; null: lost, or never started.'),
	('expires', 'When it is no longer kept: then 410.'),
	('failed', 'Jobs that failed for good.'),
	('failures', 'Attempts that failed or were lost; max_attempts is the limit.'),
	('fast', 'What a wait in the run may shrink to, as a share of what is expected.'),
	('fields', 'Header fields in order: [["Content-Type", "text/html"], ...].'),
	('finished', 'When it ended, or how many did.'),
	('following', 'The start of the run after it.'),
	('given_back', 'Jobs returned to the line.'),
	('heap', 'Rows, without what is in TOAST.'),
	('held', 'No run takes it.'),
	('hits', 'Of those graded: final by the latest time of their first quote.'),
	('holder', 'Whose bytes: 0 of the submission, n of the answer of attempt n.'),
	('host', 'Where the worker is.'),
	('id', 'Of the job: a UUIDv7, its first 48 bits are milliseconds of the acceptance.'),
	('ids', 'The jobs.'),
	('in_hand', 'Of what was taken: with workers now.'),
	('indexes', 'All indexes.'),
	('joined', 'When.'),
	('key', 'The Idempotency-Key as sent.'),
	('kind', 'What it is; see the comment on the table.'),
	('last_closed', 'When the last run that has ended was closed; null: it is open, or there was none.'),
	('last_opened', 'When the last run was opened.'),
	('last_run', 'Its number in run_history.'),
	('late_by', 'How long ago it should have ended.'),
	('lead_s', 'What other queues'' jobs ahead cost: seconds.'),
	('lease', 'Until when the worker may act, by this server''s clock.'),
	('left_at', 'When it left; null: it is in the run.'),
	('left_waiting', 'Jobs that waited at the close.'),
	('limit_value', 'What was exceeded: jobs or bytes.'),
	('lines', 'Lines.'),
	('log_end', 'The last 500 bytes of what the handler wrote to stderr.'),
	('lost', 'With its worker.'),
	('lost_workers', 'Workers found dead.'),
	('max_attempts', 'See queue.'),
	('max_files', 'See queue.'),
	('max_output', 'See queue.'),
	('max_running', 'See queue.'),
	('max_waiting', 'See queue.'),
	('max_waiting_owner', 'See queue.'),
	('memory_limit', 'See queue.'),
	('name', 'Its name.'),
	('next_start', 'When the next run is expected; null: not known.'),
	('not_before', 'Not to be tried before this; infinity: held by job_hold.'),
	('number', 'Its number.'),
	('object', 'What it was done to: queue report, job 019a....'),
	('older', 'Waits for more than a week.'),
	('open', 'Whether the run is at work on the queue.'),
	('opened', 'When it was opened.'),
	('outcome', 'successful, failed or dismissed.'),
	('owner', 'Whose it is; '''': of nobody who has authenticated.'),
	('p50', 'Half of the attempts took no longer.'),
	('p95', 'Nineteen of twenty attempts took no longer.'),
	('p99', 'Ninety-nine of a hundred attempts took no longer.'),
	('pace_s', 'What a job ahead in this queue costs those behind it: seconds.'),
	('pid', 'Process on its host.'),
	('places', 'Where it was found.'),
	('position', 'Place in the queue''s line: acceptance (or due) time minus priority x aging.'),
	('priority', 'Larger goes first.'),
	('progress', 'How far it is, as its handler says.'),
	('queue', 'Its queue.'),
	('queues', 'Its queues.'),
	('quote_ahead', 'Of the first quote: jobs before it in line.'),
	('quote_basis', 'Of the first quote: what it was computed from, in words.'),
	('quote_earliest', 'Of the first quote: not done before.'),
	('quote_fits', 'Of the first quote: it fits into the window of the run.'),
	('quote_latest', 'Of the first quote: done by then, or it was wrong.'),
	('quote_likely', 'Of the first quote: done about then.'),
	('quote_p50', 'Of the first quote: what it took each job to take.'),
	('quote_p95', 'Of the first quote: what it took each job to take at most.'),
	('quote_slots', 'Of the first quote: how many at once.'),
	('quote_taken', 'Of the first quote: queue_basis.taken at that time.'),
	('quote_version', 'Of the first quote: queue_basis.version at that time.'),
	('rate', 'hits of graded.'),
	('reason', 'Why, in words.'),
	('repeated', 'It was there before: a repeated call.'),
	('reply', 'See queue.'),
	('request', 'The request''s CGI variables.'),
	('request_fields', 'See queue.'),
	('reserved', 'Taken by a worker and not started: when, or how many.'),
	('result', 'What became of the attempt.'),
	('resumed', 'How often it went on after it had no live worker.'),
	('retried', 'Jobs tried and to be tried again.'),
	('revoked', 'When; null: it is valid.'),
	('room_s', 'How far into a run a job may start, seconds; null: there is no window.'),
	('round', 'Which life of the job: 1, and one more for each requeue.'),
	('rows', 'By the statistics.'),
	('run', 'The run.'),
	('running', 'How many run.'),
	('runs', 'How many runs were looked at.'),
	('runs_for', 'Since its start.'),
	('scope', 'Empty, or the digest of the body where there is no owner.'),
	('seq', 'Which piece, from 0.'),
	('shown_lead_s', 'As lead_s, as of the last opening or closing.'),
	('signal', 'That ended the handler; null: none.'),
	('since', 'The transaction that put it there: a run takes what was visible when it opened.'),
	('size', 'Bytes of the body as stored.'),
	('slot', 'Which of sixteen, so that transactions do not wait for each other.'),
	('slots', 'How many handlers at once (-j).'),
	('slow', 'What a wait in the run may grow to, as a share of what is expected.'),
	('start', 'When its run starts.'),
	('started', 'When its attempt started.'),
	('state', 'What the handler gave back with its 202.'),
	('status', 'HTTP status, or where it is.'),
	('stop', 'Who wants it dismissed.'),
	('successful', 'Jobs whose handler answered 2xx or 3xx.'),
	('table', 'Its name.'),
	('tail', 'From a job''s start at the latest to its end at the latest.'),
	('taken', 'Jobs taken from the line.'),
	('text', 'In words.'),
	('time_limit', 'See queue.'),
	('time_limit_ms', 'queue.time_limit, milliseconds.'),
	('toast', 'Long values: bodies.'),
	('token', 'The worker''s secret: every call of it carries it.'),
	('took', 'From opening to close, or until now.'),
	('total', 'Heap, TOAST and indexes.'),
	('total_dismissed', 'Jobs that runs brought to this end, since the queue was created.'),
	('total_failed', 'Jobs that runs brought to this end, since the queue was created.'),
	('total_graded', 'Sum of run_queue.graded, since the queue was created.'),
	('total_hits', 'Sum of run_queue.hits, since the queue was created.'),
	('trouble', 'Jobs found at the close in none or two places.'),
	('type', 'Content-Type as sent.'),
	('updated', 'When this row was written.'),
	('vacuumed', 'Last vacuum, by hand or by itself.'),
	('value', 'Its value.'),
	('verb', 'Which.'),
	('verdict', 'What became of the call.'),
	('version', 'Changes when what a client sees does.'),
	('waiting', 'Jobs that wait.'),
	('waiting_at_open', 'Jobs that waited when it opened.'),
	('waiting_bytes', 'Inline bytes of the jobs that wait.'),
	('who', 'The role that had logged in.'),
	('width_of_run', 'width as a share of how long the run took.'),
	('worker', 'The worker.')) w(name, words)
	    join pg_attribute a on a.attname = w.name and a.attnum > 0
		and not a.attisdropped
	    join pg_class c on c.oid = a.attrelid
		and c.relnamespace = 'nightdrop'::regnamespace
		and c.relkind in ('r', 'p', 'v', 'c') and not c.relispartition
	where col_description(c.oid, a.attnum) is null
loop
	execute format('comment on column %s.%I is %L', r.relation,
	    r.attname, r.words);
end loop;

for r in
	select k.conrelid::regclass as relation, k.conname, case k.contype
	    when 'p' then 'What a row is one of: '
		|| pg_get_constraintdef(k.oid)
	    when 'u' then 'None twice: ' || pg_get_constraintdef(k.oid)
	    when 'f' then 'Goes with its row in ' || k.confrelid::regclass
	    else 'What is allowed: ' || pg_get_constraintdef(k.oid) end
	    || '.' as words
	from pg_constraint k join pg_class c on c.oid = k.conrelid
	where k.connamespace = 'nightdrop'::regnamespace
	    and not c.relispartition
	    and obj_description(k.oid, 'pg_constraint') is null
loop
	execute format('comment on constraint %I on %s is %L', r.conname,
	    r.relation, r.words);
end loop;
end
$comments$;

comment on index nightdrop.attempt_ended is
'Attempts of a run, by time: for the close. A brin, which costs an insert nothing.';
comment on index nightdrop.bundle_left is
'Bundles that no run has moved on yet, in the order of the line.';
comment on index nightdrop.bundle_open is 'Bundles that have not ended.';
comment on index nightdrop.bundle_staged is
'Bundles on their way in, to be swept when they expire.';
comment on index nightdrop.bundle_tally_bundle is 'The sum of a bundle.';
comment on index nightdrop.event_at is 'The last events.';
comment on index nightdrop.idempotency_key_created is
'Old keys, to be forgotten.';
comment on index nightdrop.job_owner is
'The list of an owner''s jobs, newest first. Jobs of nobody are not in it.';
comment on index nightdrop.named_job_age is 'Old names, to be forgotten.';
comment on index nightdrop.run_queue_history is 'The last runs of a queue.';
comment on index nightdrop.run_queue_open is
'At most one open run a queue: this is what says so.';
comment on index nightdrop.running_queue is
'How many of a queue are in hand, for max_running.';
comment on index nightdrop.running_stop is
'What a worker has to end because somebody wants it dismissed.';
comment on index nightdrop.running_worker is 'What a worker has in hand.';
comment on index nightdrop.waiting_again is
'What was tried before, by the time when it is due.';
comment on index nightdrop.waiting_line is
'The line of a queue: what a claim reads, from the head.';
comment on index nightdrop.waiting_owner is
'What counts for a quota (queue.max_waiting_owner).';
comment on index nightdrop.worker_run is 'Workers of a run that have not left.';
comment on index nightdrop.worker_token is
'A call that is made again finds its worker by this.';
