/*
 * What the lane of the .sql handlers wants of a turn: which jobs to claim, and
 * starts to record.
 *
 * A turn claims for slots or for the lane.  Each is kept from the other's jobs
 * by a cursor behind the end of their queues' lines.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/lane.h"
#include "batch/worker.h"

/* The largest of the queues' next chunks. */
static int
size_most(const struct lane *l)
{
	const struct lane_queue *q;
	int most = 1;

	for (q = l->queues; q != NULL; q = q->next)
		if (!q->closed && q->size > most)
			most = q->size;
	return most;
}

int
lane_wanted(const struct lane *l, int64_t now)
{
	int target, have;

	if (l == NULL || l->w->draining || !pass_wants(&l->pass, now))
		return 0;
	/* One chunk to be done, and one to be done next. */
	target = 2 * size_most(l);
	have = (int)l->reserved.count + l->starting + (int)l->ready.count;
	return have > target / 2 ? 0 : target - have;
}

static bool
is_closed(const struct lane *l, const char *name)
{
	const struct lane_queue *q = l->queues;

	while (q != NULL && strcmp(q->name, name) != 0)
		q = q->next;
	return q != NULL && q->closed;
}

/* Behind the end of a queue's line: nothing of it is claimed. */
static void
bar(struct turn_cursor *c, const char *name)
{
	snprintf(c->queue, sizeof(c->queue), "%s", name);
	c->position = INT64_MAX;
	memset(c->id.b, 0xff, sizeof(c->id.b));
}

struct turn_cursor *
lane_cursors(const struct lane *l, bool ours, size_t *n)
{
	const struct pass *p = ours ? &l->pass : &l->w->pass;
	const struct handler *h;
	struct turn_cursor *c;
	const char *name;
	void *at = NULL;
	size_t i, len = 0;

	c = calloc(p->cursors + handlers_count(l->w->handlers), sizeof(*c));
	if (c == NULL)
		abort();
	for (i = 0; i < p->cursors; i++)
		if (!is_closed(l, p->cursor[i].queue))
			c[len++] = p->cursor[i];
	while ((h = handlers_next(l->w->handlers, &at, &name)) != NULL)
		if ((h->kind == HANDLER_SQL) != ours || is_closed(l, name))
			bar(&c[len++], name);
	*n = len;
	return c;
}

/* One whose last attempt was lost begins alone, as in the slots. */
bool
lane_startable(const struct lane *l)
{
	if (l == NULL || l->w->draining || l->reserved.first == NULL)
		return false;
	if (l->alone || l->reserved.first->claim.lost)
		return !lane_begun(l);
	return (int)l->ready.count + l->starting < size_most(l);
}

void
lane_fill(struct lane *l)
{
	if (!lane_startable(l))
		return;
	l->alone = l->reserved.first->claim.lost;
	do {
		list_add(&l->w->starting, list_take(&l->reserved));
		l->starting++;
	} while (!l->alone && l->reserved.first != NULL &&
		 !l->reserved.first->claim.lost);
}
