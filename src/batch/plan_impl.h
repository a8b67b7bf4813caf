/*
 * A plan, for what makes it and what prints it.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_PLAN_IMPL_H
#define ND_BATCH_PLAN_IMPL_H

#include <stddef.h>

#include "batch/sim.h"
#include "queue/turn.h"

struct plan_queue {
	char name[TURN_QUEUE_SIZE];
	char why[160]; /* nothing of it is run; "": it is */
	bool is_long;  /* its jobs need longer than the whole window */
	int64_t waiting, later, bundled;
	int64_t p50_ms, p95_ms; /* -1: not known */
	int64_t latest;		/* as of its jobs */
	int64_t bundled_left;
	int number; /* among those that are simulated; -1 */
	int64_t listed;
};

struct plan {
	int64_t cut, until; /* us; until TIME_NONE: no window */
	int slots;
	struct plan_queue *queue;
	size_t queues;
	struct sim sim;	      /* of those that are run */
	int *of;	      /* their places in queue */
	struct sim_job *line; /* the first of each queue, in order */
	size_t lines, size;
	int64_t most; /* lines a queue */
};

/* What happened to the jobs of a queue that wait. */
struct plan_sum {
	int64_t run, stopped, later, left;
	int64_t not_fit; /* of those left, for the window's sake */
	int64_t first_start, last_end; /* TIME_NONE */
};
struct plan_sum plan_sum(const struct plan *p, const struct plan_queue *q);

void plan_print_text(const struct plan *p);
void plan_print_json(const struct plan *p);

#endif
