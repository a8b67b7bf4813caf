/*
 * What a statement answered, as outcomes of its jobs.
 *
 * A job without a row, or with one that no handler may answer, is to blame: it
 * is marked, and the chunk will be cut.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/lane.h"
#include "batch/worker.h"
#include "handler/outcome.h"
#include "http/json_put.h"
#include "http/status.h"

#define TYPE_MOST 255
#define ANSWER_MOST ((size_t)32 << 20) /* of all bodies of a chunk */

struct place { /* a job of the chunk, to be found by its id */
	struct job *job;
	size_t i;
};

static int
by_id(const void *a, const void *b)
{
	return memcmp(((const struct place *)a)->job->id.b,
	    ((const struct place *)b)->job->id.b, sizeof(struct uuid));
}

static struct place *
places(const struct lane *l)
{
	struct place *p = calloc(l->now->jobs.count, sizeof(*p));
	struct job *j;
	size_t n = 0;

	if (p == NULL)
		abort();
	for (j = l->now->jobs.first; j != NULL; j = j->next, n++)
		p[n] = (struct place) { j, n };
	qsort(p, n, sizeof(*p), by_id);
	return p;
}

static const struct place *
place_of(const struct place *p, size_t n, const struct uuid *id)
{
	struct job key = { .id = *id };
	struct place k = { &key, 0 };

	return bsearch(&k, p, n, sizeof(*p), by_id);
}

/* As the value of Content-Type: printable, and a type with a subtype. */
static bool
type_ok(struct slice type)
{
	size_t i;

	for (i = 0; i < type.len; i++)
		if (type.ptr[i] < ' ' || type.ptr[i] > '~')
			return false;
	return type.ptr == NULL || (type.len <= TYPE_MOST &&
				       memchr(type.ptr, '/', type.len) != NULL);
}

const char *
lane_row_fault(const struct chunk_row *r, int64_t max_output)
{
	if (r->status < 200 || r->status > 599)
		return "its row has a status that is not from 200 to 599";
	if (!type_ok(r->type))
		return "its row has a type that is no media type";
	if ((int64_t)r->body.len > max_output)
		return "its row has a body over the queue's max_output";
	if (r->body.len > ANSWER_MOST)
		return "its row has a body longer than 32 MiB";
	if (r->status == 202 && (r->body.len > SLOT_STATE_LIMIT ||
				    memchr(r->body.ptr, '\0', r->body.len)))
		return "its state (the body of a 202) is longer than 32 KiB, "
		       "or holds a NUL";
	return NULL;
}

static void
put_fields(struct buf *b, struct slice type)
{
	json_put_open(b, '[');
	if (type.ptr != NULL) {
		json_put_open(b, '[');
		json_put_text(b, SLICE_LIT("Content-Type"));
		json_put_text(b, type);
		json_put_close(b, ']');
	}
	json_put_close(b, ']');
}

static enum turn_result
result_of(int status)
{
	static const enum turn_result results[] = {
		[RESULT_SUCCESSFUL] = TURN_SUCCESSFUL,
		[RESULT_FAILED] = TURN_FAILED,
		[RESULT_RETRY] = TURN_RETRY,
		[RESULT_CONTINUE] = TURN_CONTINUE,
	};

	return results[outcome_meaning(status)];
}

/* fields are put later: text may move until the last of them is there.  It is
 * one JSON array after another, with a comma between. */
static void
take_row(struct lane *l, const struct chunk_row *r, const struct place *p)
{
	struct turn_finish *f = &l->finish[p->i];
	size_t before = l->text.len == 0 ? 0 : l->text.len + 1;

	put_fields(&l->text, r->type);
	*f = (struct turn_finish) {
		.id = r->id,
		.attempt = p->job->attempt,
		.result = result_of(r->status),
		.status = r->status,
		.reason = slice_str(status_reason(r->status)),
		.by_handler = true,
		.fields = { NULL, l->text.len - before },
		.size = (int64_t)r->body.len,
		.body = r->body,
		.exit_code = -1,
		.log = SLICE_LIT(""),
		.retry_ms = -1,
	};
}

/* Each job its part of the time: what quotes and windows are computed from. */
static void
set_times(struct lane *l)
{
	int64_t at = l->began_us + l->w->offset_us;
	int64_t n = (int64_t)l->now->jobs.count, i;
	int64_t took = clock_mono_us() - l->began_us;

	for (i = 0; i < n; i++) {
		l->finish[i].started = at + took * i / n;
		l->finish[i].ended = at + took * (i + 1) / n;
	}
}

static void
set_fields(struct lane *l, const int *order, int n)
{
	size_t at = 0;
	int i;

	if (l->text.failed)
		abort(); /* some hundred bytes a job */
	for (i = 0; i < n; i++) {
		l->finish[order[i]].fields.ptr = l->text.ptr + at;
		at += l->finish[order[i]].fields.len + 1;
	}
}

static enum chunk_fault
blame(struct lane *l, struct job *j, const char *what)
{
	j->marked = true;
	err_set(&l->why, ERR_SYNTAX, "%s", what);
	return FAULT_ERROR;
}

/* All rows; order: which job each is of.  Those of a job that is to blame are
 * seen, and no more. */
static enum chunk_fault
take_rows(struct lane *l, const struct chunk_columns *c,
    const struct place *places, int *order)
{
	enum chunk_fault fault = FAULT_NONE;
	size_t total = 0;
	int i;

	for (i = 0; i < rows_count(l->answer); i++) {
		struct chunk_row r = chunk_row_read(l->answer, c, i);
		const struct place *p =
		    place_of(places, l->now->jobs.count, &r.id);
		const char *wrong;

		if (p == NULL || l->finish[p->i].attempt != 0) {
			err_set(&l->why, ERR_SYNTAX,
			    "the statement answered %s",
			    p == NULL ? "for a job that it was not given" :
					"twice for one job");
			return FAULT_ERROR;
		}
		l->finish[p->i].attempt = p->job->attempt;
		order[i] = (int)p->i;
		total += r.body.len;
		wrong = lane_row_fault(&r, p->job->claim.max_output);
		if (wrong != NULL)
			fault = blame(l, p->job, wrong);
		else if (total <= ANSWER_MOST)
			take_row(l, &r, p);
	}
	if (fault != FAULT_NONE || total <= ANSWER_MOST)
		return fault;
	err_set(&l->why, ERR_SYNTAX,
	    "the bodies of a chunk are longer than 32 MiB together");
	return FAULT_ERROR;
}

/* Whom no row was for. */
static enum chunk_fault
find_missing(struct lane *l)
{
	enum chunk_fault fault = FAULT_NONE;
	struct job *j;
	size_t i = 0;

	for (j = l->now->jobs.first; j != NULL; j = j->next, i++)
		if (l->finish[i].attempt == 0)
			fault =
			    blame(l, j, "the statement answered no row for it");
	return fault;
}

enum chunk_fault
lane_answer(struct lane *l)
{
	struct chunk_columns c;
	enum chunk_fault fault;
	struct place *p;
	int *order;

	if (chunk_columns_find(l->answer, &c, &l->why) != ERR_OK)
		return FAULT_ERROR;
	free(l->finish);
	l->finish = calloc(l->now->jobs.count, sizeof(*l->finish));
	order = calloc((size_t)rows_count(l->answer) + 1, sizeof(*order));
	if (l->finish == NULL || order == NULL)
		abort();
	buf_reset(&l->text);
	p = places(l);
	if ((fault = take_rows(l, &c, p, order)) == FAULT_NONE)
		fault = find_missing(l);
	if (fault == FAULT_NONE) {
		set_fields(l, order, rows_count(l->answer));
		set_times(l);
	}
	free(order);
	free(p);
	return fault;
}
