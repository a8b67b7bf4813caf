/*
 * The line of callers.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/line.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

void
line_init(struct line *l)
{
	l->head = l->free = NULL;
	l->tail = &l->head;
	pthread_condattr_init(&l->monotonic);
	pthread_condattr_setclock(&l->monotonic, CLOCK_MONOTONIC);
}

void
line_fini(struct line *l)
{
	while (l->free != NULL) {
		struct waiter *w = l->free;

		l->free = w->next;
		pthread_cond_destroy(&w->wake);
		free(w);
	}
	pthread_condattr_destroy(&l->monotonic);
}

static struct waiter *
waiter_get(struct line *l)
{
	struct waiter *w = l->free;

	if (w != NULL) {
		l->free = w->next;
		return w;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		abort();
	pthread_cond_init(&w->wake, &l->monotonic);
	return w;
}

struct waiter *
line_enter(struct line *l, const struct submission *j, int64_t deadline_ms)
{
	struct waiter *w = waiter_get(l);

	w->job = j;
	w->deadline_ms = deadline_ms;
	w->state = WAITER_QUEUED;
	w->leads = w->alone = false;
	w->code = ERR_OK;
	w->receipt.limit = 0;
	w->next = NULL;
	*l->tail = w;
	l->tail = &w->next;
	return w;
}

void
line_put_back(struct line *l, struct waiter *w)
{
	w->state = WAITER_QUEUED;
	w->next = l->head;
	l->head = w;
	if (w->next == NULL)
		l->tail = &w->next;
}

void
line_remove(struct line *l, struct waiter *w)
{
	struct waiter **p = &l->head;

	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	if (w->next == NULL)
		l->tail = p;
}

void
line_recycle(struct line *l, struct waiter *w)
{
	w->next = l->free;
	l->free = w;
}

void
line_wait(struct waiter *w, pthread_mutex_t *lock)
{
	struct timespec until = { .tv_sec = (time_t)(w->deadline_ms / 1000),
		.tv_nsec = (long)(w->deadline_ms % 1000) * 1000000 };
	int rc = 0;

	while (!w->leads && w->state != WAITER_ANSWERED && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&w->wake, lock, &until);
}
