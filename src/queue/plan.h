/*
 * What a run would do that opened now: parameters and rows of the two calls
 * that say it and change nothing.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_PLAN_H
#define ND_QUEUE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/params.h"
#include "db/rows.h"
#include "queue/turn.h"

/* STMT_PLAN_OPEN.  scope_len 0: all queues; window: as run_entry's. */
void plan_open_params(struct params *p, const char *const *scope,
    size_t scope_len, const char *window);

struct plan_open { /* a row, a queue; slices live as long as the rows */
	struct slice queue;
	bool held, busy, done, is_long;
	int64_t run; /* that has it; 0: none */
	int64_t in_hand, waiting, bundled, later;
	int64_t p50_ms, p95_ms; /* -1: not known */
	int cap;		/* 0: none */
	int64_t latest;		/* us; TIME_NONE: there is no window */
	struct slice cutoff;	/* this and the next: the run's */
	int64_t cut, until;
};
struct plan_open plan_open_read(const struct rows *r, int i);

/* STMT_PLAN_CLAIM. */
struct plan_ask {
	const struct plan_hand { /* a queue, and what would be in hand of it */
		const char *queue;
		int jobs;
	} * hand;
	size_t hands;
	struct slice cutoff; /* this and the next: as plan_open has them */
	int64_t cut, until;
	int64_t clock; /* us, when it would be asked */
	int want;
	const struct turn_cursor *cursor;
	size_t cursors;
};
void plan_claim_params(struct params *p, const struct plan_ask *a);

struct plan_claim { /* a row, a job; or, where idle, that there is none */
	bool idle;
	int64_t due; /* us, of idle: the earliest retry, or TIME_NONE */
	struct slice queue;
	struct uuid id;
	int64_t position, latest;
	int attempt;
	bool lost, later;
};
struct plan_claim plan_claim_read(const struct rows *r, int i);

#endif
