/*
 * A job in the worker's hands.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Copies slices one after another into one block. */
struct packer {
	char *at;
};

static char *
block(size_t len)
{
	char *p = malloc(len + 1);

	if (p == NULL)
		abort();
	return p;
}

static void
pack(struct packer *k, struct slice *s)
{
	if (s->ptr == NULL)
		return;
	if (s->len > 0)
		memcpy(k->at, s->ptr, s->len);
	s->ptr = k->at;
	k->at += s->len;
}

/* The last bytes of an id are random, or number the lines of a bundle. */
static size_t
row_of(const struct uuid *id)
{
	return ((size_t)id->b[14] << 8 | id->b[15]) % JOB_ROWS;
}

static void
index_add(struct job_index *x, struct job *j)
{
	j->at = &x->row[row_of(&j->id)];
	j->same = *j->at;
	if (j->same != NULL)
		j->same->at = &j->same;
	*j->at = j;
}

static void
index_remove(struct job *j)
{
	*j->at = j->same;
	if (j->same != NULL)
		j->same->at = j->at;
}

struct job *
job_find(const struct job_index *x, const struct uuid *id)
{
	struct job *j = x->row[row_of(id)];

	while (j != NULL && !uuid_eq(&j->id, id))
		j = j->same;
	return j;
}

struct job *
job_new(struct job_index *x, const struct turn_row *claim)
{
	struct job *j = calloc(1, sizeof(*j));
	struct turn_row *c;
	struct packer k;

	if (j == NULL)
		abort();
	c = &j->claim;
	*c = *claim;
	j->id = c->id;
	index_add(x, j);
	j->attempt = c->attempt;
	j->held = c->queue.len + c->owner.len + c->type.len + c->request.len +
		  c->request_fields.len + c->digest.len + c->body.len +
		  c->state.len;
	k.at = j->text = block(j->held);
	pack(&k, &c->queue);
	pack(&k, &c->owner);
	pack(&k, &c->type);
	pack(&k, &c->request);
	pack(&k, &c->request_fields);
	pack(&k, &c->digest);
	pack(&k, &c->body);
	pack(&k, &c->state);
	c->fate = SLICE_NONE;
	return j;
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	index_remove(j);
	free(j->text);
	free(j->kept);
	free(j);
}

/* The queue's name is kept: the report may want it. */
static void
keep_finish(struct job *j)
{
	struct turn_finish *f = &j->finish;
	struct slice queue = j->claim.queue;
	struct packer k;

	f->id = j->id;
	f->attempt = j->attempt;
	j->held = queue.len + f->reason.len + f->fields.len + f->body.len +
		  f->log.len;
	k.at = j->kept = block(j->held);
	pack(&k, &queue);
	pack(&k, &f->reason);
	pack(&k, &f->fields);
	pack(&k, &f->body);
	pack(&k, &f->log);
	free(j->text);
	j->text = NULL;
	j->claim = (struct turn_row) { .id = j->id, .queue = queue };
	j->ended_ms = clock_mono_ms();
}

void
job_end(struct job *j, const struct slot_outcome *o, int64_t offset_us)
{
	static const enum turn_result results[] = {
		[RESULT_SUCCESSFUL] = TURN_SUCCESSFUL,
		[RESULT_FAILED] = TURN_FAILED,
		[RESULT_RETRY] = TURN_RETRY,
		[RESULT_CONTINUE] = TURN_CONTINUE,
	};

	j->finish = (struct turn_finish) {
		.result = results[o->result],
		.status = o->status,
		.reason = slice_str(o->reason),
		.by_handler = o->by_handler,
		.fields = o->fields,
		.size = o->size,
		.body = o->body,
		.exit_code = o->exit_code,
		.signal = o->signal,
		.log = o->log,
		.retry_ms = o->retry_ms,
		.started = o->started_us + offset_us,
		.ended = o->ended_us + offset_us,
	};
	keep_finish(j);
}

void
job_end_as(struct job *j, const struct turn_finish *f)
{
	j->finish = *f;
	keep_finish(j);
}

void
job_end_by_us(struct job *j, enum turn_result result, int status,
    const char *reason, int64_t offset_us)
{
	int64_t now = clock_mono_us() + offset_us;

	j->finish = (struct turn_finish) {
		.result = result,
		.status = status,
		.reason = slice_str(reason),
		.fields = SLICE_LIT("[]"),
		.body = SLICE_LIT(""),
		.exit_code = -1,
		.log = SLICE_LIT(""),
		.retry_ms = -1,
		.started = now,
		.ended = now,
	};
	keep_finish(j);
}

void
list_add(struct job_list *l, struct job *j)
{
	j->next = NULL;
	if (l->last != NULL)
		l->last->next = j;
	else
		l->first = j;
	l->last = j;
	l->count++;
	l->held += j->held;
}

static struct job *
unlink_after(struct job_list *l, struct job *before, struct job *j)
{
	if (before != NULL)
		before->next = j->next;
	else
		l->first = j->next;
	if (l->last == j)
		l->last = before;
	l->count--;
	l->held -= j->held;
	j->next = NULL;
	return j;
}

struct job *
list_take(struct job_list *l)
{
	return l->first == NULL ? NULL : unlink_after(l, NULL, l->first);
}

struct job *
list_take_id(struct job_list *l, const struct uuid *id)
{
	struct job *j, *before = NULL;

	for (j = l->first; j != NULL; before = j, j = j->next)
		if (uuid_eq(&j->id, id))
			return unlink_after(l, before, j);
	return NULL;
}

void
list_free(struct job_list *l)
{
	struct job *j;

	while ((j = list_take(l)) != NULL)
		job_free(j);
}
