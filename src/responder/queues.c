/*
 * GET /queues and /queues/{queue}: what may be submitted, and how things
 * stand; and the way there from a queue's own URL.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>

#include "db/rows.h"
#include "http/json_put.h"
#include "responder/document.h"
#include "responder/resource.h"

static void
put_link(struct buf *b, const struct call *c, const char *rel,
    struct slice queue, const char *suffix)
{
	json_put_open(b, '{');
	json_put_name(b, "rel");
	json_put_text(b, slice_str(rel));
	json_put_name(b, "href");
	buf_putc(b, '"');
	buf_slice(b, buf_view(&c->base));
	buf_puts(b, "/queues/");
	buf_slice(b, queue); /* [a-z0-9_-] only */
	buf_printf(b, "%s\"", suffix);
	json_put_close(b, '}');
}

/* How many of the first quotes came true, of those that can be judged. */
static void
put_quotes(struct buf *b, const struct queue_info *q)
{
	json_put_name(b, "quotes");
	json_put_open(b, '{');
	json_put_name(b, "graded");
	json_put_int(b, q->graded);
	json_put_name(b, "hits");
	json_put_int(b, q->hits);
	json_put_name(b, "rate");
	if (q->graded == 0)
		json_put_text(b, SLICE_NONE);
	else
		buf_printf(b, "%" PRId64 ".%03" PRId64, q->hits / q->graded,
		    q->hits % q->graded * 1000 / q->graded);
	json_put_close(b, '}');
}

static void
put_queue(struct buf *b, const struct call *c, const struct queue_info *q)
{
	json_put_open(b, '{');
	json_put_name(b, "name");
	json_put_text(b, q->name);
	json_put_name(b, "description");
	json_put_text(b, q->description);
	json_put_name(b, "reply");
	json_put_int(b, q->reply);
	json_put_name(b, "accepting");
	json_put_bool(b, q->accepting);
	json_put_name(b, "held");
	json_put_bool(b, q->held);
	json_put_name(b, "media_types");
	buf_slice(b, q->media_types); /* JSON already */
	json_put_name(b, "max_size");
	json_put_int(b, q->max_size);
	json_put_name(b, "waiting");
	json_put_int(b, q->waiting);
	json_put_name(b, "running");
	json_put_int(b, q->running);
	json_put_name(b, "next_start");
	json_put_time(b, q->next_start);
	json_put_name(b, "last_run");
	json_put_time(b, q->last_run);
	put_quotes(b, q);
	json_put_name(b, "links");
	json_put_open(b, '[');
	put_link(b, c, "self", q->name, "");
	put_link(b, c, "submit", q->name, "/jobs");
	put_link(b, c, "upload", q->name, "/uploads");
	put_link(b, c, "bundle", q->name, "/bundles");
	json_put_close(b, ']');
	json_put_close(b, '}');
}

enum err_code
queues_get(struct call *c, struct err *e)
{
	struct rows *rows = NULL;
	struct buf b;
	enum err_code code;

	code = monitor_queues(c->x->store, c->x->deadline_ms, &rows, e);
	if (code != ERR_OK)
		return code;
	buf_init(&b, 16 * DOCUMENT_LIMIT);
	json_put_open(&b, '{');
	json_put_name(&b, "queues");
	json_put_open(&b, '[');
	for (int i = 0; i < rows_count(rows); i++) {
		struct queue_info q = monitor_queue_at(rows, i);

		put_queue(&b, c, &q);
	}
	json_put_close(&b, ']');
	json_put_close(&b, '}');
	rows_free(rows);
	code = document_send(c, &b, e);
	buf_fini(&b);
	return code;
}

enum err_code
queue_get(struct call *c, struct err *e)
{
	struct rows *rows = NULL;
	struct buf b;
	enum err_code code;

	code = monitor_queue(
	    c->x->store, c->request.segment[1], c->x->deadline_ms, &rows, e);
	if (code != ERR_OK)
		return code;
	buf_init(&b, DOCUMENT_LIMIT);
	if (rows_count(rows) == 1) {
		struct queue_info q = monitor_queue_at(rows, 0);

		put_queue(&b, c, &q);
		code = document_send(c, &b, e);
	} else {
		code = err_set(e, ERR_NOT_FOUND, "there is no such queue");
	}
	rows_free(rows);
	buf_fini(&b);
	return code;
}

enum err_code
queue_see_other(struct call *c, struct err *e)
{
	struct buf *b;

	(void)e;
	reply_start(&c->reply, 303, SLICE_NONE, CACHE_DOCUMENT);
	b = reply_open_field(&c->reply, "Location");
	buf_slice(b, buf_view(&c->base));
	buf_puts(b, "/queues/");
	buf_slice(b, c->request.queue);
	reply_close_field(&c->reply);
	reply_header(&c->reply, 0);
	return ERR_OK;
}
