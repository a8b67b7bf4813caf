/*
 * The lane of the .sql handlers: jobs that one statement does a chunk at a
 * time, on a connection of its own.
 *
 *   lane.c         which jobs: taken, begun, gathered to chunks, and gone
 *   lane_claim.c   what it wants of a turn
 *   lane_run.c     a chunk's transaction, step by step
 *   lane_end.c     what becomes of it
 *   lane_answer.c  what the statement answered, as outcomes
 *
 * The promises, and why they hold:
 *
 * - Exactly once.  What the statement does and what becomes of its jobs is one
 *   transaction.  Where it is not known whether that was committed, the jobs
 *   are asked for again: those that are still ours were not done, and those
 *   that were done are ours no more.
 * - Nothing of a job that failed stays.  One without a proper row is to blame
 *   as one that raises an error is: the chunk is rolled back and cut until it
 *   is alone, and only then does it get its outcome.
 * - Who is dismissed was not done: where that is seen at the end of the chunk,
 *   all of it is rolled back and the others are done again.
 *
 * In the places of worker.h: reserved → w->starting → ready → a chunk → gone.
 * All functions take a lane that is NULL: the run has no such handler.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_LANE_H
#define ND_BATCH_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "batch/chunk.h"
#include "batch/handlers.h"
#include "batch/job.h"
#include "batch/pass.h"
#include "db/conn.h"
#include "queue/chunk.h"

struct worker;

struct lane_queue {
	struct lane_queue *next;
	const struct handler *handler;
	char name[TURN_QUEUE_SIZE];
	char *sql;
	int size;    /* of its next chunk */
	bool closed; /* it cannot be run: no more of it */
};

struct lane {
	struct worker *w;
	struct conn_options database;
	struct conn *conn;
	struct lane_queue *queues;
	struct pass pass;
	struct job_list reserved, ready;
	int starting;	    /* of ours, in w->starting */
	bool alone;	    /* the last that was begun is a lost one */
	struct chunk *todo; /* cut ones, to be done before others */

	/* lane_run.c: */
	struct chunk *now;	  /* NULL: none */
	struct lane_queue *queue; /* of it */
	bool calling;		  /* a call is under way */
	size_t step;		  /* the one that it is of */
	int64_t again_at;	  /* not before */
	int64_t began_us;	  /* by our monotonic clock */
	enum chunk_fault fault;	  /* why it is rolled back */
	bool theirs;		  /* the step that failed was the statement's */
	bool closing;		  /* the queue cannot be run */
	bool stopping;		  /* the statement was cancelled */
	bool cancelling;	  /* that call has not been answered yet */
	struct err why;		  /* of fault or closing */
	char *words;		  /* PostgreSQL's own */
	struct rows *answer;	  /* the statement's */
	struct rows *recorded;	  /* turn's */
	struct turn_finish *finish; /* one a job, in their order */
	struct buf text;	    /* what they refer to */
};

/* Reads the statement of each queue that has one, among those looked up so
 * far; NULL: there is none. */
struct lane *lane_new(struct worker *w);
void lane_free(struct lane *l);

void lane_take(struct lane *l, struct job *j);	/* claimed */
void lane_begin(struct lane *l, struct job *j); /* its start is recorded */
/* Somebody wants this job dismissed. */
void lane_stop(struct lane *l, const struct uuid *id);
/* What no statement has in hand is given back. */
void lane_drain(struct lane *l);

/* For turns: how many more to claim, and where (*n cursors, to be freed); and
 * whether starts wait to be recorded. */
int lane_wanted(const struct lane *l, int64_t now);
struct turn_cursor *lane_cursors(const struct lane *l, bool ours, size_t *n);
bool lane_startable(const struct lane *l);
void lane_fill(struct lane *l); /* reserved → w->starting */

void lane_step(struct lane *l, int64_t now);
bool lane_busy(const struct lane *l); /* a chunk is under way */
int64_t lane_wakes_at(const struct lane *l);
int64_t lane_due_at(const struct lane *l); /* when a turn may find jobs */
bool lane_over(const struct lane *l, int64_t now);
/* Is a job begun that would be charged if we died? */
bool lane_begun(const struct lane *l);
/* Nothing is begun, and nothing is to be claimed now. */
bool lane_idle(const struct lane *l, int64_t now);

/* lane.c, for lane_run.c: the next chunk; NULL: there is none. */
struct chunk *lane_gather(struct lane *l);
struct lane_queue *lane_queue_of(const struct lane *l, const struct job *j);
/* A queue was closed: what is in hand of it is given back. */
void lane_leave(struct lane *l, const struct lane_queue *q);
/* A finish of our own for a job of the chunk, which leaves it. */
void lane_end(struct lane *l, struct job *j, enum turn_result result,
    int status, const char *log);

/* lane_end.c: after the commit; after the rollback, or a loss. */
void lane_succeeded(struct lane *l);
void lane_settle(struct lane *l);

/* lane_run.c */
void lane_run(struct lane *l, int64_t now);
void lane_cancel(struct lane *l); /* the statement that runs */

/*
 * lane_answer.c: from answer to finish.  FAULT_ERROR: jobs are marked, or the
 * answer is none of this chunk's; why says it.  ERR_CONFIG in why: no answer
 * of this statement will ever do.
 */
enum chunk_fault lane_answer(struct lane *l);
/* What is wrong with a row; NULL: nothing. */
const char *lane_row_fault(const struct chunk_row *r, int64_t max_output);
#define LANE_NO_ROW "the statement answered no row for it"

#endif
