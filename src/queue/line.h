/*
 * The line of callers that wait for their commit.  For commit.c, whose lock is
 * held around each of these functions.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_LINE_H
#define ND_QUEUE_LINE_H

#include <pthread.h>

#include "queue/accept.h"

enum waiter_state {
	WAITER_QUEUED,	 /* in the line */
	WAITER_SENT,	 /* its row is on its way */
	WAITER_ANSWERED, /* code, err, receipt are set */
	WAITER_LEFT	 /* sent, and nobody waits for the answer */
};

struct waiter {
	struct waiter *next; /* in the line, or among the free */
	pthread_cond_t wake;
	const struct submission *job; /* read only while queued */
	int64_t deadline_ms;
	enum waiter_state state;
	bool leads;
	bool alone; /* its group failed: it is sent by itself */
	enum err_code code;
	struct err err;
	struct receipt receipt;
};

struct line {
	struct waiter *head, **tail;
	struct waiter *free;
	pthread_condattr_t monotonic;
};

void line_init(struct line *l);
void line_fini(struct line *l); /* nobody is in it */

/* A waiter at the end of the line.  Aborts without memory. */
struct waiter *line_enter(
    struct line *l, const struct submission *j, int64_t deadline_ms);
void line_put_back(struct line *l, struct waiter *w); /* at the front */
void line_remove(struct line *l, struct waiter *w);   /* from where it is */

/* It is not in the line any more: for the next caller.  Its memory stays. */
void line_recycle(struct line *l, struct waiter *w);

/* Wait until w leads, is answered, or its deadline passes. */
void line_wait(struct waiter *w, pthread_mutex_t *lock);

#endif
