/*
 * A run on paper: jobs that are claimed, wait for a slot, take as long as jobs
 * of their queue take, and end.  Claims as the worker does (batch/pass.h), but
 * the further away, the more at once: so many jobs take few calls.  Pure.
 *
 * Instants are microseconds of the server's clock.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_SIM_H
#define ND_BATCH_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "batch/pass.h"

#define SIM_MOST 1000000 /* jobs; what comes behind is not looked at */

struct sim_job {
	struct sim_job *next;
	struct uuid id; /* zero: a line of a bundle, not moved on yet */
	int queue;	/* number */
	int attempt;	/* that it will be */
	bool lost;	/* starts alone, and last */
	bool later;	/* was not due at the beginning */
	bool stopped;	/* still runs when window and drain are over */
	int64_t latest; /* must have begun before; TIME_NONE */
	int64_t start, end;
	int64_t seq; /* its place among all */
};

struct sim_queue {
	int64_t took;		       /* us, how long a job runs */
	int cap;		       /* most in hand at once; 0: any number */
	int hands;		       /* claimed and not ended */
	int running;		       /* of these, in slots */
	int64_t run;		       /* jobs that were started */
	int64_t run_later;	       /* of these, not due at the beginning */
	int64_t stopped;	       /* and stopped by the window's end */
	int64_t first_start, last_end; /* TIME_NONE */
	struct sim_job *head, *tail;   /* sim's own */
};

struct sim {
	struct sim_queue *queue;
	int queues, slots;
	int64_t until, drain; /* TIME_NONE: no window; us */
	int64_t now;	      /* at first: when it opens */

	/* Add, by sim_add, up to want jobs that a claim at now would bring, of
	 * a queue with a cap as many as may be in hand `times` times over.
	 * Returns how many; 0: none, and *due is the earliest retry (TIME_NONE:
	 * none); -1: stop. */
	int (*claim)(
	    void *ctx, struct sim *s, int want, int times, int64_t *due);
	void (*started)(void *ctx, const struct sim_job *j); /* copies */
	void *ctx;

	struct pass pass; /* its cursor is the claims' */
	bool cut_short;	  /* SIM_MOST */

	/* sim's own */
	struct pace pace;
	struct sim_job **slot;
	struct sim_job *suspect, *suspect_last;
	int busy, reserved;
	int enough; /* reserved: no claim needs to be looked at above that */
	int64_t added, seq;
	bool alone;
};

/* Copies j, but for what is sim's own. */
void sim_add(struct sim *s, const struct sim_job *j);

/* From now until nothing is left to do.  False: a claim said stop. */
bool sim_run(struct sim *s);

#endif
