/*
 * Many submissions in one call: waiters off the line, seven parallel arrays,
 * receipts.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/group.h"

#include "queue/receipt.h"

#define GROUP_BYTES ((size_t)4 << 20)

static struct slice
get_queue(const struct submission *j)
{
	return j->queue;
}

static struct slice
get_owner(const struct submission *j)
{
	return j->owner.ptr == NULL ? SLICE_LIT("") : j->owner;
}

static struct slice
get_request(const struct submission *j)
{
	return j->request;
}

static struct slice
get_type(const struct submission *j)
{
	return j->type;
}

/* An empty body is a body; null would mean that it is in parts. */
static struct slice
get_body(const struct submission *j)
{
	return j->body.ptr == NULL ? SLICE_LIT("") : j->body;
}

static struct slice
get_digest(const struct submission *j)
{
	return slice_mem(j->digest, DIGEST_LEN);
}

static const struct {
	enum param_type type;
	struct slice (*get)(const struct submission *);
} columns[] = {
	{ PARAM_TEXT, get_queue },
	{ PARAM_TEXT, get_owner },
	{ PARAM_JSON, get_request },
	{ PARAM_TEXT, get_type },
	{ PARAM_BYTEA, get_body },
	{ PARAM_BYTEA, get_digest },
};

void
group_params(struct params *p, const struct submission *const *jobs, int n)
{
	params_reset(p);
	params_array_begin(p, PARAM_UUID);
	for (int i = 0; i < n; i++)
		params_item_uuid(p, &jobs[i]->id);
	params_array_end(p);
	for (size_t k = 0; k < sizeof(columns) / sizeof(*columns); k++) {
		params_array_begin(p, columns[k].type);
		for (int i = 0; i < n; i++)
			params_item_bytes(p, columns[k].get(jobs[i]));
		params_array_end(p);
	}
}

enum err_code
group_receipt(const struct rows *r, const struct uuid *id, int hint,
    struct receipt *out, struct err *e)
{
	int n = rows_count(r);

	for (int i = 0; i < n; i++) {
		int row = (hint + i) % n;
		struct uuid u = rows_uuid(r, row, 0);

		if (uuid_eq(&u, id))
			return receipt_read(r, row, out, e);
	}
	return err_set(e, ERR_SHAPE,
	    "the database answered for other jobs, but not for this one");
}

void
group_take(struct group *g, struct line *l)
{
	size_t bytes = 0;

	g->n = 0;
	while (l->head != NULL && g->n < GROUP_ROWS) {
		struct waiter *w = l->head;
		size_t more = w->job->body.len + w->job->request.len;

		if (g->n > 0 && (w->alone || bytes + more > GROUP_BYTES))
			break;
		bytes += more;
		line_remove(l, w);
		g->id[g->n] = w->job->id;
		g->member[g->n++] = w;
		if (w->alone)
			break;
	}
}

void
group_build(const struct group *g, struct params *p)
{
	const struct submission *jobs[GROUP_ROWS];

	for (int i = 0; i < g->n; i++) {
		jobs[i] = g->member[i]->job;
		g->member[i]->state = WAITER_SENT;
	}
	group_params(p, jobs, g->n);
}

void
group_answer(const struct group *g, const struct rows *r)
{
	for (int i = 0; i < g->n; i++) {
		struct waiter *w = g->member[i];

		if (w->state == WAITER_LEFT)
			continue;
		w->state = WAITER_ANSWERED;
		w->code = group_receipt(r, &g->id[i], i, &w->receipt, &w->err);
	}
}
