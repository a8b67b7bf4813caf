/*
 * The line that a terminal sees while a run goes on.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_TICKER_H
#define ND_BATCH_TICKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct ticker { /* all zero: off */
	bool on;
	int64_t began, at; /* mono ms: the run's start; the next line */
	int64_t successful, failed, again;
};

/* On where stderr is a terminal.  A pipe, and cron's mail, get none. */
void ticker_open(struct ticker *t, int64_t now);
/* A job ended so: successful, failed, or else put back. */
void ticker_count(struct ticker *t, struct slice fate);
/* Write it, a few times a second at most. */
void ticker_step(struct ticker *t, int64_t now, int64_t run, int running);
/* Take it away: the report follows. */
void ticker_close(struct ticker *t);

#endif
