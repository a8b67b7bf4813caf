/*
 * A job in the worker's hands, from the claim to the recorded finish.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_JOB_H
#define ND_BATCH_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handler/find.h"
#include "handler/slot.h"
#include "queue/turn.h"

#define JOB_ROWS 1024 /* a worker has some hundred jobs in hand */

/* Which jobs are in hand, wherever they are. */
struct job_index {
	struct job *row[JOB_ROWS];
};

struct job {
	struct job *next;
	struct job *same,
	    **at; /* the next in its index's row, what leads here */
	struct uuid id;
	int attempt; /* the number that its start has, or will have */
	const struct handler *handler; /* owned by the worker's table */
	/* As claimed: every slice points into text. */
	struct turn_row claim;
	char *text;
	size_t held; /* bytes of text and kept */
	bool begun;  /* its start is recorded: it is charged */
	bool marked; /* of a chunk: known to be to blame; see chunk.h */
	int64_t due; /* us: its deadline, once its start is recorded */
	/* As ended: slices of finish point into kept. */
	struct turn_finish finish;
	char *kept;
	int64_t ended_ms; /* clock_mono_ms() */
};

/* Copies.  In the index until it is freed. */
struct job *job_new(struct job_index *x, const struct turn_row *claim);
void job_free(struct job *j); /* NULL is fine */
struct job *job_find(const struct job_index *x, const struct uuid *id);

/* What the handler came to.  Copies; the claim's text is no longer needed and
 * is freed.  offset_us: the server's clock minus our monotonic one. */
void job_end(struct job *j, const struct slot_outcome *o, int64_t offset_us);
/* An outcome that is there already: as above, its slices are copied. */
void job_end_as(struct job *j, const struct turn_finish *f);
/* An outcome of our own: the handler did not run, or could not be served. */
void job_end_by_us(struct job *j, enum turn_result result, int status,
    const char *reason, int64_t offset_us);

/* First in, first out. */
struct job_list {
	struct job *first, *last;
	size_t count, held; /* jobs; their bytes */
};

void list_add(struct job_list *l, struct job *j);
struct job *list_take(struct job_list *l); /* NULL: empty */
/* Take the job of this id; NULL: not there. */
struct job *list_take_id(struct job_list *l, const struct uuid *id);
void list_free(struct job_list *l);

#endif
