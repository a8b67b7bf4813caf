/*
 * The end of a chunk: committed, or rolled back and to be done again, or to be
 * cut.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>

#include "base/clock.h"
#include "batch/lane.h"
#include "batch/worker.h"

#define AGAIN_MOST 5 /* conflicts; then the statement is to blame */
#define WAIT_MOST 30
#define LOSSES_MOST 3

static void
forget(struct lane *l)
{
	rows_free(l->answer);
	rows_free(l->recorded);
	l->answer = l->recorded = NULL;
	free(l->finish);
	l->finish = NULL;
	free(l->words);
	l->words = NULL;
	l->began_us = 0;
}

void
lane_succeeded(struct lane *l)
{
	struct chunk *c = l->now;
	int n = (int)c->jobs.count;
	struct job *j;
	size_t i = 0;

	l->queue->size = chunk_size_next(
	    l->queue->size, n, (clock_mono_us() - l->began_us) / 1000);
	for (; (j = list_take(&c->jobs)) != NULL; i++) {
		j->finish = l->finish[i];
		list_add(&l->w->reporting, j);
	}
	l->now = NULL;
	chunk_free(c);
	answer_take(l->w, l->recorded);
	forget(l);
}

static void
close_queue(struct lane *l, struct chunk *c)
{
	struct job *j;

	report_warn(
	    l->w->report, "queue %s was left: %s", l->queue->name, l->why.text);
	l->queue->closed = true;
	while ((j = list_take(&c->jobs)) != NULL)
		list_add(&l->w->returning, j);
	chunk_free(c);
	lane_leave(l, l->queue);
}

/* Again, after a pause; a lost connection has its own. */
static void
again(struct lane *l, struct chunk *c)
{
	bool soon = l->fault == FAULT_AGAIN || !conn_alive(l->conn);

	c->next = l->todo;
	l->todo = c;
	l->again_at = l->fault == FAULT_NONE ?
			  0 :
			  worker_again_at(soon ? ERR_BUSY : ERR_FULL);
}

static bool
is_passing(const struct lane *l, struct chunk *c)
{
	if (l->fault == FAULT_NONE)
		return true;
	if (l->fault == FAULT_AGAIN)
		return ++c->tries <= AGAIN_MOST;
	if (l->fault != FAULT_WAIT)
		return false;
	return !l->theirs ||
	       (++c->tries <= WAIT_MOST && c->losses < LOSSES_MOST);
}

/* The statement is to blame, by one of the jobs. */
static void
blame(struct lane *l, struct chunk *c)
{
	struct job *j;

	if (c->jobs.count > 1) {
		chunk_cut(c, &l->todo);
		return;
	}
	j = list_take(&c->jobs);
	j->marked = false;
	lane_end(l, j, TURN_RETRY, l->fault == FAULT_LATE ? 504 : 502,
	    l->words != NULL ? l->words : l->why.text);
	chunk_free(c);
}

/* Rolled back, or lost: what becomes of the jobs. */
void
lane_settle(struct lane *l)
{
	struct chunk *c = l->now;

	l->now = NULL;
	if (c->jobs.first == NULL) {
		chunk_free(c);
	} else if (l->closing) {
		close_queue(l, c);
	} else if (is_passing(l, c)) {
		again(l, c);
	} else {
		blame(l, c);
	}
	forget(l);
	if (l->w->draining)
		lane_drain(l);
}
