/*
 * Where a run stands in its queues' lines, and how fast it goes: what it
 * claims next, how much, and when there is nothing left to do.  Pure.
 *
 * A run makes passes over its queues.  A pass goes on from the last job that
 * was claimed of each queue (its cursor) and ends when nothing is left behind
 * the cursors.  The run is over when a whole pass, from the heads, finds
 * nothing and no retry is due within PASS_PATIENCE_MS.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_PASS_H
#define ND_BATCH_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/uuid.h"
#include "queue/turn.h"

#define PASS_PATIENCE_MS 300000

struct pass {
	struct turn_cursor *cursor;
	size_t cursors, size;
	bool found;  /* this pass has claimed something */
	bool dry;    /* a whole pass found nothing */
	int64_t due; /* mono ms of the earliest retry; -1: none (when dry) */
};

void pass_init(struct pass *p);
void pass_fini(struct pass *p);

/* A claim brought this job. */
void pass_take(struct pass *p, struct slice queue, int64_t position,
    const struct uuid *id);
/* A claim brought a job that this worker must not run: moves the cursor, but
 * does not count as found. */
void pass_skip(struct pass *p, struct slice queue, int64_t position,
    const struct uuid *id);
/* A claim found nothing; the earliest retry is due at due (-1: none). */
void pass_idle(struct pass *p, int64_t due);
/* Something has changed (a job ended): worth another look from the heads. */
void pass_stir(struct pass *p);

/* Is another claim worth its while? */
bool pass_wants(const struct pass *p, int64_t now);
/* Nothing to wait for.  Holds when nothing is in hand either. */
bool pass_over(const struct pass *p, int64_t now);

/*
 * Pace: how many jobs the slots start a second, by how long handlers run.
 */
struct pace {
	int slots;
	double mean_ms; /* of a handler, moving average; < 0: not known yet */
};

void pace_add(struct pace *p, double ms);
/* Jobs expected to start within ms, between least and most. */
int pace_within(const struct pace *p, int64_t ms, int least, int most);

/* How many jobs to reserve where have are: worth two seconds, so many times;
 * 0 where there are enough. */
#define RESERVE_MOST 500
int pace_reserve(const struct pace *p, int have, int times);

#endif
