/*
 * Every statement of both programs.  Each calls one function of the schema
 * nightdrop, but for the few that hold the transaction of a .sql handler
 * together; parameters are cast, so that a function whose signature has
 * changed is an error of its preparation and never a misread byte; columns are
 * named, so that a function may answer more than we read.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/stmt.h"

#define RECEIPT_COLUMNS                                                 \
	"id, verdict, reply, accepted, size, digest, status, version, " \
	"quote_earliest, quote_likely, quote_latest, quote_ahead, "     \
	"quote_fits, quote_basis, limit_value, repeated"
#define RECEIPT_TYPES "utizlyttzzzlbtlb"

#define QUEUE_COLUMNS                                                        \
	"name, description, reply, accepting, held, media_types, max_size, " \
	"waiting, running, next_start, last_run, graded, hits"
#define QUEUE_TYPES "ttibbtlllzzll"

#define BUNDLE_COLUMNS                                                     \
	"verdict, limit_value, id, queue, owner, status, lines, running, " \
	"successful, failed, dismissed, accepted, finished, size, "        \
	"digest, quote_earliest, quote_likely, quote_latest, "             \
	"quote_ahead, quote_fits, quote_basis, expires, version, "         \
	"carried_over"
#define BUNDLE_TYPES "tlutttillllzzlyzzzlbtzti"

#define OPENED_COLUMNS                                               \
	"verdict, run, worker, queues, busy, lease_ms, busy_since, " \
	"busy_worker, busy_host, busy_lock, business_date, until"
#define OPENED_TYPES "tllTTlzLTTtz"

#define TURN_COLUMNS                                                       \
	"kind, id, verdict, attempt, queue, request, type, size, digest, " \
	"body, max_attempts, failures, lost, state, accepted, position, "  \
	"time_limit_ms, cpu_limit_s, memory_limit, max_output, "           \
	"request_fields, owner, due, max_files"
#define TURN_TYPES "tutitttlyyiibyzzlillttzi"

/* run_leave's and run_ledger's row. */
#define LEDGER_COLUMNS                                                    \
	"closed, run, opened, closed_at, taken, successful, failed, "     \
	"dismissed, given_back, retried, waiting_at_open, left_waiting, " \
	"accepted_since, balanced, trouble, queues, lost, until, "        \
	"carried_over"
#define LEDGER_TYPES "blzzlllllllllbTtlzl"

static const struct stmt stmts[STMT_COUNT] = {
	[STMT_HELLO] = { "hello",
	    "select schema, instance, clock, read_only, moved "
	    "from nightdrop.hello()",
	    0, "itzbb" },
	[STMT_UPKEEP] = { "upkeep", "select what from nightdrop.upkeep()", 0,
	    "t" },
	[STMT_MONTH_DROP] = { "month_drop",
	    "select dropped, what from nightdrop.month_drop()", 0, "bt" },
	[STMT_SECRET] = { "secret", "select nightdrop.secret()", 0, "y" },
	[STMT_LOAD_NOTE] = { "load_note", "select nightdrop.load_note()", 0,
	    "l" },
	[STMT_TOKEN_OWNER] = { "token_owner",
	    "select nightdrop.token_owner($1::bytea)", 1, "t" },
	[STMT_JOB_ACCEPT_MANY] = { "job_accept_many",
	    "select " RECEIPT_COLUMNS " from nightdrop.job_accept_many("
	    "$1::uuid[], $2::text[], $3::text[], $4::json[], $5::text[], "
	    "$6::bytea[], $7::bytea[])",
	    7, RECEIPT_TYPES },
	[STMT_JOB_ACCEPT] = { "job_accept",
	    "select " RECEIPT_COLUMNS " from nightdrop.job_accept("
	    "$1::uuid, $2::text, $3::text, $4::json, $5::text, $6::bytea, "
	    "$7::bytea, $8::text)",
	    8, RECEIPT_TYPES },
	[STMT_UPLOAD_OPEN] = { "upload_open",
	    "select verdict, limit_value from nightdrop.upload_open("
	    "$1::uuid, $2::text, $3::text, $4::text, $5::bigint, $6::text, "
	    "$7::text)",
	    7, "tl" },
	[STMT_PART_PUT] = { "part_put",
	    "select nightdrop.part_put($1::uuid, $2::integer, $3::bytea)", 3,
	    "b" },
	[STMT_UPLOAD_FINISH] = { "upload_finish",
	    "select " RECEIPT_COLUMNS " from nightdrop.upload_finish("
	    "$1::uuid, $2::json, $3::text, $4::bigint, $5::bytea, $6::text)",
	    6, RECEIPT_TYPES },
	[STMT_UPLOAD_ABORT] = { "upload_abort",
	    "select nightdrop.upload_abort($1::uuid)", 1, "v" },
	[STMT_NAMED_ACCEPT] = { "named_accept",
	    "select " RECEIPT_COLUMNS " from nightdrop.named_accept("
	    "$1::uuid, $2::text, $3::text, $4::text, $5::json, $6::text, "
	    "$7::bytea, $8::bigint, $9::bytea, $10::text, $11::text)",
	    11, RECEIPT_TYPES },
	[STMT_NAMED_CHECK] = { "named_check",
	    "select verdict, limit_value from nightdrop.named_check("
	    "$1::text, $2::text, $3::text, $4::text, $5::bigint, $6::text, "
	    "$7::text)",
	    7, "tl" },
	[STMT_NAMED_READ] = { "named_read",
	    "select verdict, id, type, encoding, accepted, size, digest, body "
	    "from nightdrop.named_read($1::text, $2::text, $3::text)",
	    3, "tuttzlyy" },
	[STMT_UPLOAD_CREATE] = { "upload_create",
	    "select verdict, limit_value, expires "
	    "from nightdrop.upload_create($1::uuid, $2::text, $3::text, "
	    "$4::json, $5::text, $6::bigint, $7::uuid)",
	    7, "tlz" },
	[STMT_UPLOAD_READ] = { "upload_read",
	    "select verdict, received, length, metadata, expires "
	    "from nightdrop.upload_read($1::uuid, $2::text, $3::boolean)",
	    3, "tlltz" },
	[STMT_UPLOAD_TAKE] = { "upload_take",
	    "select verdict, received, length, metadata, expires, parts "
	    "from nightdrop.upload_take($1::uuid, $2::text, $3::boolean, "
	    "$4::bigint, $5::uuid)",
	    5, "tlltzi" },
	[STMT_UPLOAD_APPEND] = { "upload_append",
	    "select nightdrop.upload_append($1::uuid, $2::uuid, $3::integer, "
	    "$4::bytea, $5::boolean)",
	    5, "b" },
	[STMT_UPLOAD_KEEP] = { "upload_keep",
	    "select nightdrop.upload_keep($1::uuid, $2::uuid, $3::integer, "
	    "$4::bigint)",
	    4, "z" },
	[STMT_UPLOAD_COMPLETE] = { "upload_complete",
	    "select " RECEIPT_COLUMNS " from nightdrop.upload_complete("
	    "$1::uuid, $2::uuid, $3::integer, $4::bytea)",
	    4, RECEIPT_TYPES },
	[STMT_UPLOAD_END] = { "upload_end",
	    "select nightdrop.upload_end($1::uuid, $2::text, $3::boolean)", 3,
	    "t" },
	[STMT_JOB_READ] = { "job_read",
	    "select verdict, queue, owner, status, attempt, accepted, "
	    "started, finished, progress, message, size, digest, type, "
	    "quote_earliest, quote_likely, quote_latest, quote_ahead, "
	    "quote_fits, quote_basis, outcome_status, outcome_reason, "
	    "outcome_by, expires, version, carried_over "
	    "from nightdrop.job_read($1::uuid, $2::text, $3::boolean)",
	    3, "ttttizzzttlytzzzlbtittzti" },
	[STMT_REQUEST_READ] = { "request_read",
	    "select verdict, type, encoding, accepted, size, digest, body, "
	    "expires "
	    "from nightdrop.request_read($1::uuid, $2::text, $3::boolean)",
	    3, "tttzlyyz" },
	[STMT_JOB_RESPONSE] = { "job_response",
	    "select verdict, status, reason, outcome, by, fields, size, body, "
	    "holder, finished, expires, attempt, response_fields "
	    "from nightdrop.job_response($1::uuid, $2::text, $3::boolean)",
	    3, "tittttlyizzit" },
	[STMT_PART_READ] = { "part_read",
	    "select nightdrop.part_read($1::uuid, $2::integer, $3::integer)", 3,
	    "y" },
	[STMT_PART_SEEK] = { "part_seek",
	    "select seq, start "
	    "from nightdrop.part_seek($1::uuid, $2::integer, $3::bigint)",
	    3, "il" },
	[STMT_JOB_STOP] = { "job_stop",
	    "select nightdrop.job_stop($1::uuid, $2::text, $3::boolean)", 3,
	    "t" },
	[STMT_JOB_LIST] = { "job_list",
	    "select id, queue, status, accepted, finished, outcome_status, "
	    "next from nightdrop.job_list($1::text, $2::text, $3::text, "
	    "$4::uuid, $5::integer)",
	    5, "uttzziu" },
	[STMT_QUEUE_READ] = { "queue_read",
	    "select " QUEUE_COLUMNS " from nightdrop.queue_read($1::text)", 1,
	    QUEUE_TYPES },
	[STMT_BUNDLE_OPEN] = { "bundle_open",
	    "select verdict, limit_value from nightdrop.bundle_open("
	    "$1::uuid, $2::text, $3::text, $4::json, $5::text)",
	    5, "tl" },
	[STMT_BUNDLE_APPEND] = { "bundle_append",
	    "select nightdrop.bundle_append("
	    "$1::uuid, $2::integer, $3::bytea[], $4::bytea[])",
	    4, "b" },
	[STMT_BUNDLE_SEAL] = { "bundle_seal",
	    "select " BUNDLE_COLUMNS " from nightdrop.bundle_seal("
	    "$1::uuid, $2::integer, $3::bigint, $4::bytea, $5::text)",
	    5, BUNDLE_TYPES },
	[STMT_BUNDLE_ABORT] = { "bundle_abort",
	    "select nightdrop.bundle_abort($1::uuid)", 1, "b" },
	[STMT_BUNDLE_READ] = { "bundle_read",
	    "select " BUNDLE_COLUMNS " from nightdrop.bundle_read("
	    "$1::uuid, $2::text, $3::boolean)",
	    3, BUNDLE_TYPES },
	[STMT_BUNDLE_STOP] = { "bundle_stop",
	    "select verdict, more, running from nightdrop.bundle_stop("
	    "$1::uuid, $2::text, $3::boolean)",
	    3, "tbl" },
	[STMT_BUNDLE_JOBS] = { "bundle_jobs",
	    "select line, id, status, code, finished "
	    "from nightdrop.bundle_jobs("
	    "$1::uuid, $2::text, $3::boolean, $4::integer, $5::integer)",
	    5, "iutiz" },
	[STMT_BUNDLE_RESPONSES] = { "bundle_responses",
	    "select line, id, status, reason, outcome, by, fields, size, "
	    "body, finished, response_fields "
	    "from nightdrop.bundle_responses("
	    "$1::uuid, $2::text, $3::boolean, $4::integer, $5::integer, "
	    "$6::bigint)",
	    6, "iuittttlyzt" },
	[STMT_BUNDLE_EXPAND] = { "bundle_expand",
	    "select moved, more, lease_ms from nightdrop.bundle_expand("
	    "$1::bigint, $2::uuid)",
	    2, "ibl" },
	[STMT_QUEUE_LIST] = { "queue_list",
	    "select " QUEUE_COLUMNS " from nightdrop.queue_list()", 0,
	    QUEUE_TYPES },
	[STMT_HEALTH] = { "health",
	    "select read_only, clock, partitions_ahead, waiting, "
	    "oldest_waiting, last_run, late, last_closed, unbalanced "
	    "from nightdrop.health()",
	    0, "bzilzzbzb" },
	[STMT_METRICS] = { "metrics",
	    "select metric, queue, detail, value from nightdrop.metrics()", 0,
	    "tttt" },
	[STMT_QUEUE_SCOPE] = { "queue_scope",
	    "select name, time_limit_ms, held "
	    "from nightdrop.queue_scope($1::text[])",
	    1, "tlb" },
	[STMT_RUN_OPEN] = { "run_open",
	    "select " OPENED_COLUMNS " from nightdrop.run_open("
	    "$1::text[], $2::integer, $3::text, $4::integer, $5::text, "
	    "$6::uuid, $7::bigint[], $8::text[], $9::integer, $10::text)",
	    10, OPENED_TYPES },
	[STMT_RUN_JOIN] = { "run_join",
	    "select " OPENED_COLUMNS " from nightdrop.run_join("
	    "$1::bigint, $2::integer, $3::text, $4::integer, $5::text, "
	    "$6::uuid, $7::bigint[], $8::text[], $9::integer)",
	    9, OPENED_TYPES },
	[STMT_RUN_ABANDON] = { "run_abandon",
	    "select nightdrop.run_abandon($1::bigint, $2::bigint[])", 2, "b" },
	[STMT_ADOPT] = { "adopt", "select nightdrop.adopt($1::text)", 1, "t" },
	[STMT_LOCK_SPENT] = { "lock_spent",
	    "select name, spent from nightdrop.lock_spent($1::text[])", 1,
	    "tb" },
	[STMT_RECOVER] = { "recover",
	    "select workers, requeued, charged, failed "
	    "from nightdrop.recover($1::bigint, $2::uuid, $3::bigint[])",
	    3, "llll" },
	[STMT_LEASE_RENEW] = { "lease_renew",
	    "select nightdrop.lease_renew($1::bigint, $2::uuid)", 2, "l" },
	[STMT_TURN] = { "turn",
	    "select " TURN_COLUMNS " from nightdrop.turn("
	    "$1::bigint, $2::uuid, "
	    "$3::uuid[], $4::integer[], $5::text[], $6::integer[], "
	    "$7::text[], $8::text[], $9::json[], $10::bigint[], "
	    "$11::bytea[], $12::integer[], $13::integer[], $14::bytea[], "
	    "$15::bigint[], $16::timestamptz[], $17::timestamptz[], "
	    "$18::uuid[], $19::integer[], $20::integer, $21::integer, "
	    "$22::text[], $23::timestamptz[], $24::uuid[])",
	    24, TURN_TYPES },
	[STMT_MINE] = { "mine",
	    "select " TURN_COLUMNS
	    " from nightdrop.mine($1::bigint, $2::uuid, $3::uuid[])",
	    3, TURN_TYPES },
	[STMT_GIVE_BACK] = { "give_back",
	    "select nightdrop.give_back($1::bigint, $2::uuid, $3::uuid[], "
	    "$4::boolean[])",
	    4, "l" },
	[STMT_OUTPUT_PUT] = { "output_put",
	    "select nightdrop.output_put($1::bigint, $2::uuid, $3::uuid, "
	    "$4::integer, $5::integer, $6::bytea)",
	    6, "b" },
	[STMT_DIGEST_PUT] = { "digest_put",
	    "select nightdrop.digest_put($1::bigint, $2::uuid, $3::uuid, "
	    "$4::bytea)",
	    4, "v" },
	[STMT_PROGRESS_PUT] = { "progress_put",
	    "select nightdrop.progress_put($1::bigint, $2::uuid, $3::uuid[], "
	    "$4::integer[], $5::text[])",
	    5, "v" },
	[STMT_RUN_LEAVE] = { "run_leave",
	    "select " LEDGER_COLUMNS
	    " from nightdrop.run_leave($1::bigint, $2::uuid)",
	    2, LEDGER_TYPES },
	[STMT_RUN_LEDGER] = { "run_ledger",
	    "select " LEDGER_COLUMNS " from nightdrop.run_ledger($1::bigint)",
	    1, LEDGER_TYPES },
	[STMT_BEGIN] = { "begin", "begin", 0, "" },
	[STMT_COMMIT] = { "commit", "commit", 0, "" },
	[STMT_ROLLBACK] = { "rollback", "rollback", 0, "" },
	[STMT_CONSTRAINTS] = { "constraints", "set constraints all immediate",
	    0, "" },
	[STMT_SETTINGS] = { "settings", "reset all", 0, "" },
	[STMT_ROLE] = { "role",
	    "select pg_catalog.set_config('role', $1::text, true)", 1, "t" },
	[STMT_CANCEL] = { "cancel",
	    "select pg_catalog.pg_cancel_backend($1::integer)", 1, "b" },
	[STMT_CHUNK_ROLE] = { "chunk_role",
	    "select nightdrop.chunk_role($1::text)", 1, "t" },
	[STMT_CHUNK_BEGIN] = { "chunk_begin",
	    "select id, verdict, case when role is not null then "
	    "pg_catalog.set_config('role', role, true) end as role "
	    "from nightdrop.chunk_begin("
	    "$1::bigint, $2::uuid, $3::text, $4::uuid[], $5::integer[])",
	    5, "utt" },
	[STMT_CHUNK_TRY] = { "chunk_try",
	    "select id, role from nightdrop.chunk_try($1::text, $2::text, "
	    "$3::bytea)",
	    3, "ut" },
	[STMT_STATEMENT] = { "statement", "", 0, "*" },
	[STMT_PLAN_OPEN] = { "plan_open",
	    "select queue, held, run, busy, done, in_hand, waiting, bundled, "
	    "later, p50_ms, p95_ms, cap, long, latest, cutoff, cut, until "
	    "from nightdrop.plan_open($1::text[], $2::text)",
	    2, "tblbbllllllibztzz" },
	[STMT_PLAN_CLAIM] = { "plan_claim",
	    "select kind, queue, id, position, attempt, lost, later, "
	    "latest, due from nightdrop.plan_claim($1::text[], $2::integer[], "
	    "$3::text, $4::timestamptz, $5::timestamptz, $6::timestamptz, "
	    "$7::integer, $8::text[], $9::timestamptz[], $10::uuid[])",
	    10, "ttuzibbzz" },
};

const struct stmt *
stmt_get(enum stmt_id id)
{
	return &stmts[id];
}
