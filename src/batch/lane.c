/*
 * The lane of the .sql handlers: which jobs.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/statement.h"
#include "batch/worker.h"
#include "http/status.h"

#define CONNECT_MS 10000
#define CHUNK_BYTES 67108864 /* of bodies in a chunk, but one job at least */
#define TEXT_LIMIT ((size_t)1 << 20)

static void
queue_add(struct lane *l, const char *name, const struct handler *handler)
{
	struct lane_queue *q = calloc(1, sizeof(*q));
	struct err e = ERR_INIT;

	if (q == NULL)
		abort();
	q->handler = handler;
	q->size = CHUNK_FIRST;
	snprintf(q->name, sizeof(q->name), "%s", name);
	if (statement_read(handler->path, &q->sql, &e) != ERR_OK) {
		report_warn(
		    l->w->report, "queue %s was left: %s", name, e.text);
		q->closed = true;
	}
	q->next = l->queues;
	l->queues = q;
}

struct lane *
lane_new(struct worker *w)
{
	const char *name;
	const struct handler *h;
	struct lane *l = NULL;
	void *at = NULL;

	while ((h = handlers_next(w->handlers, &at, &name)) != NULL) {
		if (h->kind != HANDLER_SQL)
			continue;
		if (l == NULL && (l = calloc(1, sizeof(*l))) == NULL)
			abort();
		l->w = w;
		queue_add(l, name, h);
	}
	if (l == NULL)
		return NULL;
	pass_init(&l->pass);
	buf_init(&l->text, TEXT_LIMIT);
	l->database = (struct conn_options) {
		.conninfo = w->config->database,
		.application = "nightdrop-batch sql",
		.instance = w->config->instance,
		.connect_ms = CONNECT_MS,
		.read_write = true,
	};
	l->conn = conn_new(&l->database);
	return l;
}

void
lane_free(struct lane *l)
{
	struct lane_queue *q;
	struct chunk *c;

	if (l == NULL)
		return;
	conn_free(l->conn); /* first: it may have been lent a statement */
	while ((q = l->queues) != NULL) {
		l->queues = q->next;
		free(q->sql);
		free(q);
	}
	while ((c = l->todo) != NULL) {
		l->todo = c->next;
		chunk_free(c);
	}
	chunk_free(l->now);
	list_free(&l->reserved);
	list_free(&l->ready);
	pass_fini(&l->pass);
	rows_free(l->answer);
	rows_free(l->recorded);
	free(l->finish);
	free(l->words);
	buf_fini(&l->text);
	free(l);
}

struct lane_queue *
lane_queue_of(const struct lane *l, const struct job *j)
{
	struct lane_queue *q = l->queues;

	while (q->handler != j->handler)
		q = q->next;
	return q;
}

void
lane_take(struct lane *l, struct job *j)
{
	bool back = l->w->draining || lane_queue_of(l, j)->closed;

	list_add(back ? &l->w->returning : &l->reserved, j);
}

void
lane_end(struct lane *l, struct job *j, enum turn_result result, int status,
    const char *log)
{
	int64_t now = clock_mono_us();
	int64_t began =
	    l->began_us > 0 && l->began_us < now ? l->began_us : now;

	job_end_as(j, &(struct turn_finish) {
			  .result = result,
			  .status = status,
			  .reason = slice_str(status_reason(status)),
			  .fields = SLICE_LIT("[]"),
			  .body = SLICE_LIT(""),
			  .exit_code = -1,
			  .log = slice_str(log),
			  .retry_ms = -1,
			  .started = began + l->w->offset_us,
			  .ended = now + l->w->offset_us,
		      });
	list_add(&l->w->finished, j);
}

void
lane_begin(struct lane *l, struct job *j)
{
	if (l->w->draining || lane_queue_of(l, j)->closed)
		list_add(&l->w->returning, j);
	else if (j->claim.size > CHUNK_BYTES)
		lane_end(l, j, TURN_FAILED, 413,
		    "a statement is given no body longer than 64 MiB: let the "
		    "queue's max_size refuse it when it comes");
	else
		list_add(&l->ready, j);
}

/* It was not begun: the record says dismissed whatever we say. */
static bool
stop_in(struct lane *l, struct job_list *list, const struct uuid *id)
{
	struct job *j = list_take_id(list, id);

	if (j != NULL)
		lane_end(l, j, TURN_FAILED, 410, "");
	return j != NULL;
}

void
lane_stop(struct lane *l, const struct uuid *id)
{
	struct chunk **at;
	const struct job *j;

	if (l == NULL || stop_in(l, &l->ready, id))
		return;
	for (at = &l->todo; *at != NULL; at = &(*at)->next)
		if (stop_in(l, &(*at)->jobs, id))
			return;
	for (j = l->now == NULL ? NULL : l->now->jobs.first; j != NULL;
	     j = j->next)
		if (uuid_eq(&j->id, id))
			lane_cancel(l);
}

/* Those of q; NULL: all. */
static void
give_back(struct lane *l, struct job_list *list, const struct lane_queue *q)
{
	struct job_list all = *list;
	struct job *j;

	*list = (struct job_list) { .count = 0 };
	while ((j = list_take(&all)) != NULL)
		list_add(q == NULL || lane_queue_of(l, j) == q ?
			     &l->w->returning :
			     list,
		    j);
}

void
lane_leave(struct lane *l, const struct lane_queue *q)
{
	struct chunk *c;

	give_back(l, &l->reserved, q);
	give_back(l, &l->ready, q);
	for (c = l->todo; c != NULL; c = c->next) /* empty: gather frees it */
		give_back(l, &c->jobs, q);
}

void
lane_drain(struct lane *l)
{
	if (l != NULL)
		lane_leave(l, NULL);
}

struct chunk *
lane_gather(struct lane *l)
{
	struct chunk *c = l->todo;
	struct job_list rest = { .count = 0 };
	struct lane_queue *q;
	int64_t bytes = 0;
	struct job *j;

	while (c != NULL && c->jobs.first == NULL) { /* all were stopped */
		l->todo = c->next;
		chunk_free(c);
		c = l->todo;
	}
	if (c != NULL) {
		l->todo = c->next;
		return c;
	}
	if (l->ready.first == NULL)
		return NULL;
	c = chunk_new();
	q = lane_queue_of(l, l->ready.first);
	while ((j = list_take(&l->ready)) != NULL) {
		bool alone = j->claim.lost || (c->jobs.first != NULL &&
						  c->jobs.first->claim.lost);

		if (lane_queue_of(l, j) == q && (int)c->jobs.count < q->size &&
		    (c->jobs.first == NULL ||
			(!alone && bytes + j->claim.size <= CHUNK_BYTES))) {
			bytes += j->claim.size;
			list_add(&c->jobs, j);
		} else {
			list_add(&rest, j);
		}
	}
	l->ready = rest;
	return c;
}

void
lane_step(struct lane *l, int64_t now)
{
	if (l != NULL)
		lane_run(l, now);
}

bool
lane_busy(const struct lane *l)
{
	return l != NULL && l->now != NULL;
}

int64_t
lane_wakes_at(const struct lane *l)
{
	int64_t at = INT64_MAX;

	if (l == NULL)
		return at;
	if (!l->w->draining && !l->calling && !l->cancelling &&
	    (l->now != NULL || l->todo != NULL || l->ready.first != NULL))
		at = l->again_at;
	if (l->w->draining && l->now != NULL &&
	    clock_mono_ms() < l->w->drain_until)
		at = l->w->drain_until;
	return at;
}

int64_t
lane_due_at(const struct lane *l)
{
	bool waits = l != NULL && l->pass.dry && l->pass.due >= 0 &&
		     !l->w->draining && l->reserved.first == NULL &&
		     l->ready.first == NULL && l->starting == 0;

	return waits ? l->pass.due : INT64_MAX;
}

bool
lane_begun(const struct lane *l)
{
	const struct chunk *c = l->todo;

	while (c != NULL && c->jobs.first == NULL)
		c = c->next;
	return c != NULL || l->now != NULL || l->ready.first != NULL ||
	       l->starting > 0;
}

bool
lane_idle(const struct lane *l, int64_t now)
{
	return l == NULL || (!lane_begun(l) && l->reserved.first == NULL &&
				lane_wanted(l, now) == 0);
}

bool
lane_over(const struct lane *l, int64_t now)
{
	return l == NULL ||
	       (!lane_begun(l) && l->reserved.first == NULL && !l->calling &&
		   (l->w->draining || pass_over(&l->pass, now)));
}
