/*
 * GET /jobs: the caller's jobs, newest first, a page at a time.
 *
 * A page that is short, or empty, is the last one only where it has no next:
 * what a page may look at is bounded, and a filter may leave little of that.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>

#include "db/rows.h"
#include "http/json_put.h"
#include "http/query.h"
#include "queue/job_list.h"
#include "responder/document.h"
#include "responder/resource.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 1000
#define LINK_LIMIT 65536

static const char *const statuses[] = { "accepted", "running", "successful",
	"failed", "dismissed" };

/* What the query asks for.  All values are of characters that need no escape
 * in a URI, or refused. */
struct asked {
	struct query_value queue, status, before;
	struct uuid id;
	int64_t limit;
};

static bool
is_status(struct slice word)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (slice_eq_str(word, statuses[i]))
			return true;
	return false;
}

static enum err_code
read_query(struct slice query, struct asked *q, struct err *e)
{
	enum err_code code;

	if ((code = query_find(query, "queue", &q->queue, e)) != ERR_OK ||
	    (code = query_find(query, "status", &q->status, e)) != ERR_OK ||
	    (code = query_find(query, "before", &q->before, e)) != ERR_OK)
		return code;
	q->limit = PAGE_DEFAULT;
	code = query_int(query, "limit", 1, PAGE_MAX, &q->limit, e);
	if (code != ERR_OK)
		return code;
	if (q->queue.given && !queue_name_ok(query_view(&q->queue)))
		return err_set(
		    e, ERR_SYNTAX, "the query's queue is no name of a queue");
	if (q->status.given && !is_status(query_view(&q->status)))
		return err_set(e, ERR_SYNTAX,
		    "the query's status must be accepted, running, "
		    "successful, failed or dismissed");
	if (q->before.given && !uuid_parse(query_view(&q->before), &q->id))
		return err_set(
		    e, ERR_SYNTAX, "the query's before is not the id of a job");
	return ERR_OK;
}

static void
put_item(struct buf *b, const struct call *c, const struct job_item *j)
{
	char id[UUID_TEXT_LEN + 1];

	json_put_open(b, '{');
	json_put_name(b, "id");
	json_put_text(b, slice_str(uuid_format(&j->id, id)));
	json_put_name(b, "queue");
	json_put_text(b, j->queue);
	json_put_name(b, "status");
	json_put_text(b, j->status);
	json_put_name(b, "accepted");
	json_put_time(b, j->accepted);
	document_put_ending(b, j->finished, j->outcome_status);
	json_put_name(b, "href");
	buf_putc(b, '"');
	buf_slice(b, buf_view(&c->base));
	buf_printf(b, "/jobs/%s\"", id);
	json_put_close(b, '}');
}

/* The URL of the page that begins behind this job. */
static void
put_next(struct buf *b, const struct call *c, const struct asked *q,
    const struct uuid *before)
{
	char id[UUID_TEXT_LEN + 1];

	buf_slice(b, buf_view(&c->base));
	buf_printf(b, "/jobs?limit=%" PRId64, q->limit);
	if (q->queue.given)
		buf_printf(b, "&queue=%s", q->queue.text);
	if (q->status.given)
		buf_printf(b, "&status=%s", q->status.text);
	buf_printf(b, "&before=%s", uuid_format(before, id));
}

static void
put_page(struct buf *b, const struct call *c, const struct rows *rows,
    struct slice next)
{
	json_put_open(b, '{');
	json_put_name(b, "jobs");
	json_put_open(b, '[');
	for (int i = 0; i < job_list_count(rows); i++) {
		struct job_item j = job_list_at(rows, i);

		put_item(b, c, &j);
	}
	json_put_close(b, ']');
	json_put_name(b, "next");
	json_put_text(b, next.len > 0 ? next : SLICE_NONE);
	json_put_close(b, '}');
}

static enum err_code
send_page(struct call *c, const struct asked *q, const struct rows *rows,
    struct err *e)
{
	struct buf body, next;
	struct uuid before;
	enum err_code code;

	buf_init(&body, DOCUMENT_LIMIT);
	buf_init(&next, LINK_LIMIT);
	if (job_list_next(rows, &before))
		put_next(&next, c, q, &before);
	put_page(&body, c, rows, buf_view(&next));
	c->next = buf_view(&next);
	code = document_send(c, &body, e);
	c->next = SLICE_NONE;
	buf_fini(&next);
	buf_fini(&body);
	return code;
}

enum err_code
job_list_get(struct call *c, struct err *e)
{
	struct asked q;
	struct job_filter filter;
	struct rows *rows = NULL;
	enum err_code code;

	if (c->request.owner.len == 0)
		return err_set(e, ERR_UNAUTHORIZED,
		    "only who is known has a list of jobs; a job without an "
		    "owner is found by its own URL");
	code = read_query(c->request.query, &q, e);
	if (code != ERR_OK)
		return code;
	filter = (struct job_filter) { c->request.owner, query_view(&q.queue),
		query_view(&q.status), q.before.given ? &q.id : NULL,
		(int)q.limit };
	code = job_list_read(c->x->store, &filter, c->x->deadline_ms, &rows, e);
	if (code == ERR_OK)
		code = send_page(c, &q, rows, e);
	rows_free(rows);
	return code;
}
