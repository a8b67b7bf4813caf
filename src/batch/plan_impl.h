/*
 * A plan, for the files that make and print it:
 *
 *   plan.c        what there is, and whether a run would take it
 *   plan_claim.c  the claims of a run on paper, and what is listed of it
 *   plan_print.c  in words, or as JSON
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_PLAN_IMPL_H
#define ND_BATCH_PLAN_IMPL_H

#include <stddef.h>

#include "base/err.h"
#include "batch/sim.h"
#include "db/conn.h"
#include "queue/plan.h"

/* Handlers in slots, and the statements of .sql handlers in their lane, are
 * each simulated by themselves. */
enum plan_tracks { PLAN_SLOTS, PLAN_LANE, PLAN_TRACKS };

struct plan_queue {
	char name[TURN_QUEUE_SIZE];
	char why[160]; /* nothing of it is run; "": it is */
	bool is_long;  /* its jobs need longer than the whole window */
	int64_t waiting, later, bundled;
	int64_t in_hand;	/* of a run whose batch died */
	int64_t p50_ms, p95_ms; /* -1: not known */
	int64_t latest;		/* as of its jobs */
	int64_t bundled_left;
	int track, number; /* where it is simulated; number -1: it is not */
	int64_t listed;
};

struct plan;

struct plan_track {
	struct sim sim;
	struct plan *plan;
	int *of;		/* places in plan.queue of its queues */
	struct plan_hand *hand; /* of each */
	int last;		/* the queue that was found last */
};

struct plan_line {
	const char *queue;
	struct sim_job job;
};

struct plan {
	struct conn *conn;
	struct slice cutoff;
	int64_t cut, until; /* us; until TIME_NONE: no window */
	int slots;
	struct plan_queue *queue;
	size_t queues;
	struct plan_track track[PLAN_TRACKS];
	struct plan_line *line; /* the first of each queue, by their start */
	size_t lines, size;
	int64_t most; /* lines a queue */
	struct err error;
};

/* Simulate.  ERR_OK, or why a claim failed. */
enum err_code plan_simulate(struct plan *p, int64_t drain_us, struct err *e);

/* What becomes of the jobs of a queue that wait. */
struct plan_sum {
	int64_t run, stopped, later, left;
	int64_t not_fit; /* of those left, for the window's sake */
	int64_t first_start, last_end; /* TIME_NONE */
};
struct plan_sum plan_sum(const struct plan *p, const struct plan_queue *q);

void plan_print_text(const struct plan *p);
void plan_print_json(const struct plan *p);

#endif
