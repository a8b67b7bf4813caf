/*
 * The only SQL text in C: one call a row of a table (stmt.c), with the types
 * of its parameters' and answer's columns.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_STMT_H
#define ND_DB_STMT_H

/* Schema versions that this program understands: hello().schema. */
#define SCHEMA_MIN 5
#define SCHEMA_MAX 5

/* Before somebody else's statement: it is planned, with all that it would be
 * allowed to touch, and not run. */
#define STMT_EXPLAIN "explain (costs off) "

enum stmt_id {
	STMT_HELLO,
	STMT_UPKEEP,
	STMT_MONTH_DROP,
	STMT_SECRET,
	STMT_LOAD_NOTE,
	STMT_TOKEN_OWNER,
	STMT_JOB_ACCEPT_MANY,
	STMT_JOB_ACCEPT,
	STMT_UPLOAD_OPEN,
	STMT_PART_PUT,
	STMT_UPLOAD_FINISH,
	STMT_UPLOAD_ABORT,
	STMT_NAMED_ACCEPT,
	STMT_NAMED_CHECK,
	STMT_NAMED_READ,
	STMT_UPLOAD_CREATE,
	STMT_UPLOAD_READ,
	STMT_UPLOAD_TAKE,
	STMT_UPLOAD_APPEND,
	STMT_UPLOAD_KEEP,
	STMT_UPLOAD_COMPLETE,
	STMT_UPLOAD_END,
	STMT_JOB_READ,
	STMT_REQUEST_READ,
	STMT_JOB_RESPONSE,
	STMT_PART_READ,
	STMT_PART_SEEK,
	STMT_JOB_STOP,
	STMT_JOB_LIST,
	STMT_QUEUE_READ,
	STMT_BUNDLE_OPEN,
	STMT_BUNDLE_APPEND,
	STMT_BUNDLE_SEAL,
	STMT_BUNDLE_ABORT,
	STMT_BUNDLE_READ,
	STMT_BUNDLE_STOP,
	STMT_BUNDLE_JOBS,
	STMT_BUNDLE_RESPONSES,
	STMT_BUNDLE_EXPAND,
	STMT_QUEUE_LIST,
	STMT_HEALTH,
	STMT_METRICS,
	STMT_QUEUE_SCOPE,
	STMT_RUN_OPEN,
	STMT_RUN_JOIN,
	STMT_RUN_ABANDON,
	STMT_ADOPT,
	STMT_LOCK_SPENT,
	STMT_RECOVER,
	STMT_LEASE_RENEW,
	STMT_TURN,
	STMT_MINE,
	STMT_GIVE_BACK,
	STMT_OUTPUT_PUT,
	STMT_DIGEST_PUT,
	STMT_PROGRESS_PUT,
	STMT_RUN_LEAVE,
	STMT_RUN_LEDGER,
	STMT_PLAN_OPEN,
	STMT_PLAN_CLAIM,
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_CONSTRAINTS,
	STMT_SETTINGS,
	STMT_ROLE,
	STMT_CANCEL,
	STMT_CHUNK_ROLE,
	STMT_CHUNK_BEGIN,
	STMT_CHUNK_TRY,
	STMT_STATEMENT, /* a .sql handler's: see conn_submit_sql */
	STMT_COUNT
};

struct stmt {
	const char *name; /* of the prepared statement */
	const char *sql;  /* select … from nightdrop.f($1, …) */
	int params;
	const char *result; /* one letter a column: b bool, i int4, l int8,
			       t text, y bytea, u uuid, z timestamptz, T text[],
			       L int8[]; v: void, not looked at; none: a
			       command; *: whatever there is */
};

const struct stmt *stmt_get(enum stmt_id id);

#endif
