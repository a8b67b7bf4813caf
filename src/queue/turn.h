/*
 * One turn of a worker: what has finished, what is to start, how many more
 * jobs it wants, in one grouped call; and the small calls around it.
 *
 * turn and mine answer rows of the same kind, matched to jobs by id.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_TURN_H
#define ND_QUEUE_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/slice.h"
#include "base/uuid.h"
#include "db/params.h"
#include "db/rows.h"
#include "queue/run.h"

#define TURN_QUEUE_SIZE 64 /* a queue's name, with its NUL */

enum turn_result { TURN_SUCCESSFUL, TURN_FAILED, TURN_RETRY, TURN_CONTINUE };

struct turn_finish { /* all slices valid UTF-8, but for body and log */
	struct uuid id;
	int attempt;
	enum turn_result result;
	int status;
	struct slice reason;
	bool by_handler;     /* else by nightdrop */
	struct slice fields; /* JSON [["Name", "value"], ...] */
	int64_t size;
	struct slice body; /* ptr NULL: in parts, stored by output_put */
	int exit_code, signal;
	struct slice log;
	int64_t retry_ms;	/* -1: the queue's back-off */
	int64_t started, ended; /* us, by the server's clock */
};

struct turn_start {
	struct uuid id;
	int attempt; /* the number that this start will have */
};

struct turn_cursor { /* the last job claimed of a queue in this pass */
	char queue[TURN_QUEUE_SIZE];
	int64_t position;
	struct uuid id;
};

/* The call is built in order: any finishes, then any starts, then the rest. */
struct turn {
	const struct turn_finish *finish;
	size_t finishes;
	const struct turn_start *start;
	size_t starts;
	int want, max_bytes; /* to claim: jobs, bytes of inline bodies */
	bool lean;	     /* without bodies, for a statement */
	const struct turn_cursor *cursor;
	size_t cursors;
};

/* STMT_TURN; everything is copied. */
void turn_params(
    struct params *p, const struct run_worker *w, const struct turn *t);

/* Its last three parameters: where a pass stands. */
void turn_cursor_params(
    struct params *p, const struct turn_cursor *cursor, size_t n);

enum turn_kind {
	TURN_ROW_FINISH, /* what became of a finish: see verdict, fate */
	TURN_ROW_START,	 /* whether a start may go ahead */
	TURN_ROW_CLAIM,	 /* a job, reserved for this worker */
	TURN_ROW_STOP,	 /* somebody wants this job dismissed */
	TURN_ROW_IDLE	 /* nothing to claim; due: the earliest retry */
};

enum turn_verdict {
	TURN_NONE,
	TURN_RECORDED, /* finish */
	TURN_OK,       /* start: run it */
	TURN_STOP,     /* start: dismissed meanwhile, it is final */
	TURN_STALE,    /* not this worker's any more */
	TURN_LONG      /* claim: needs longer than the whole window */
};

/* Slices live as long as the rows.  A claim has all; the others have kind,
 * verdict, id, fate, attempt, queue, position and due. */
struct turn_row {
	enum turn_kind kind;
	enum turn_verdict verdict;
	struct uuid id;
	struct slice fate; /* finish: successful failed dismissed waiting */
	int attempt, max_attempts, failures;
	struct slice queue, owner, type;
	struct slice request;	     /* JSON object */
	struct slice request_fields; /* JSON array */
	int64_t size;
	struct slice digest;
	struct slice body; /* ptr NULL: in parts, holder 0 */
	struct slice state;
	bool lost; /* its last attempt was lost: start it alone */
	int64_t accepted, position, due; /* us or TIME_NONE; due of a claim:
					    when it must have begun */
	int64_t time_limit_ms, cpu_limit_s, memory_limit, max_output;
	int64_t max_files;
};

/* Row i of the answer.  ERR_SHAPE: a kind or verdict that is not known. */
enum err_code turn_row_read(
    const struct rows *r, int i, struct turn_row *out, struct err *e);

/* STMT_MINE: jobs reserved for this worker that it does not know of. */
void mine_params(struct params *p, const struct run_worker *w,
    const struct uuid *known, size_t len);

/* STMT_GIVE_BACK: uncharged.  started: its start was recorded, but nothing
 * came of it. */
struct turn_return {
	struct uuid id;
	bool started;
};
void give_back_params(struct params *p, const struct run_worker *w,
    const struct turn_return *back, size_t len);

/* STMT_OUTPUT_PUT: a part of an answer.  data is lent until the answer. */
void output_params(struct params *p, const struct run_worker *w,
    const struct turn_start *job, int seq, struct slice data);

/* STMT_PROGRESS_PUT: what handlers say about how far they are. */
struct turn_progress {
	struct uuid id;
	int attempt;
	struct slice text; /* valid UTF-8 without NUL */
};
void progress_params(struct params *p, const struct run_worker *w,
    const struct turn_progress *said, size_t len);

/* STMT_DIGEST_PUT: of a body whose digest was not known. */
void digest_params(struct params *p, const struct run_worker *w,
    const struct uuid *id, const uint8_t digest[static DIGEST_LEN]);

/* STMT_PART_READ: a part of the job's own body. */
void input_params(struct params *p, const struct uuid *id, int seq);

#endif
