/*
 * Chunks of jobs for a statement: how large the next one is, what an error
 * means for one, and how it is cut until the culprit is alone.  Pure.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_CHUNK_H
#define ND_BATCH_CHUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "batch/job.h"

#define CHUNK_FIRST 100 /* jobs in a queue's first chunk */
#define CHUNK_MOST 1000

/* After a chunk of so many jobs took so long: the size of the next. */
int chunk_size_next(int size, int jobs, int64_t ms);

enum chunk_fault {
	FAULT_NONE,
	FAULT_AGAIN, /* somebody was in the way: the same again, a few times */
	FAULT_WAIT,  /* the database cannot now: the same again, later */
	FAULT_LATE,  /* over the queue's time limit */
	FAULT_ERROR  /* of the statement, by one of the jobs at least */
};

/* What an SQLSTATE means; "": the connection was lost. */
enum chunk_fault chunk_fault_of(const char *sqlstate);

struct chunk {
	struct chunk *next;
	struct job_list jobs; /* of one queue */
	int tries;	      /* that came to FAULT_AGAIN or FAULT_WAIT */
	int losses;	      /* of the session, while the statement ran */
};

struct chunk *chunk_new(void);
void chunk_free(struct chunk *c); /* its jobs too; NULL is fine */

/*
 * Cut c, which has two jobs at least, and free it: each job that is marked
 * alone, behind the others together; where none is, halves.  The pieces are
 * put before *first.
 */
void chunk_cut(struct chunk *c, struct chunk **first);

#endif
