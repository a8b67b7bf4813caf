/*
 * The programs of this host for the queues of a run.
 *
 * Looked up once a run: what an administrator installs while it goes on is
 * for the next one.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/handlers.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct entry {
	struct entry *next;
	char *queue;
	struct handler handler; /* path NULL: there is none, see why */
	struct err why;
};

struct handlers {
	const char *dir;
	const struct user *user;
	struct entry *first;
};

static void *
take(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL)
		abort();
	return p;
}

struct handlers *
handlers_new(const char *dir, const struct user *user)
{
	struct handlers *h = take(sizeof(*h));

	h->dir = dir;
	h->user = user;
	return h;
}

void
handlers_free(struct handlers *h)
{
	struct entry *n;

	if (h == NULL)
		return;
	while ((n = h->first) != NULL) {
		h->first = n->next;
		free(n->queue);
		free(n->handler.path);
		free(n);
	}
	free(h);
}

/* The handler for the queue of an entry; where there is none, why.  A
 * statement is read by us and run by the database. */
static void
find(const struct handlers *h, struct entry *n)
{
	struct handler found;

	if (find_handler(h->dir, n->queue, &found, &n->why) != ERR_OK)
		return;
	if (found.kind == HANDLER_SQL || user_may_run(h->user, found.path)) {
		n->handler = found;
		return;
	}
	err_set(&n->why, ERR_CONFIG,
	    "%s may not be run by %s, who is handler_user", found.path,
	    h->user->name);
	free(found.path);
}

static struct entry *
look_up(struct handlers *h, struct slice queue)
{
	struct entry *n = take(sizeof(*n));

	n->queue = take(queue.len + 1);
	memcpy(n->queue, queue.ptr, queue.len);
	find(h, n);
	n->next = h->first;
	return h->first = n;
}

static struct entry *
entry_get(struct handlers *h, struct slice queue)
{
	struct entry *n;

	for (n = h->first; n != NULL; n = n->next)
		if (slice_eq_str(queue, n->queue))
			return n;
	return look_up(h, queue);
}

void
handlers_refuse(struct handlers *h, struct slice queue, const char *why)
{
	struct entry *n = entry_get(h, queue);

	free(n->handler.path);
	n->handler.path = NULL;
	err_set(&n->why, ERR_CONFIG, "%s", why);
}

const struct handler *
handlers_find(struct handlers *h, struct slice queue, const char **why)
{
	struct entry *n = entry_get(h, queue);

	*why = n->why.text;
	return n->handler.path != NULL ? &n->handler : NULL;
}

const struct handler *
handlers_next(const struct handlers *h, void **at, const char **queue)
{
	struct entry *n = *at == NULL ? h->first : ((struct entry *)*at)->next;

	while (n != NULL && n->handler.path == NULL)
		n = n->next;
	if (n == NULL)
		return NULL;
	*at = n;
	*queue = n->queue;
	return &n->handler;
}

size_t
handlers_count(const struct handlers *h)
{
	const struct entry *n;
	size_t count = 0;

	for (n = h->first; n != NULL; n = n->next)
		count++;
	return count;
}
