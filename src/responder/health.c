/*
 * GET /health: for whoever decides whether requests should come here.  A run
 * that is late, or that did not balance, is told, but is no reason to send
 * requests elsewhere.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/json_put.h"
#include "queue/monitor.h"
#include "responder/document.h"
#include "responder/resource.h"

static void
put_health(struct buf *b, const struct health *h)
{
	json_put_open(b, '{');
	json_put_name(b, "status");
	json_put_text(b, h->unbalanced ? SLICE_LIT("unbalanced") :
			 h->late       ? SLICE_LIT("late") :
					 SLICE_LIT("ok"));
	json_put_name(b, "clock");
	json_put_time(b, h->clock);
	json_put_name(b, "partitions_ahead");
	json_put_int(b, h->partitions_ahead);
	json_put_name(b, "waiting");
	json_put_int(b, h->waiting);
	json_put_name(b, "oldest_waiting");
	json_put_time(b, h->oldest_waiting);
	json_put_name(b, "last_run");
	json_put_time(b, h->last_run);
	json_put_name(b, "last_closed");
	json_put_time(b, h->last_closed);
	json_put_name(b, "late");
	json_put_bool(b, h->late);
	json_put_name(b, "unbalanced");
	json_put_bool(b, h->unbalanced);
	json_put_close(b, '}');
}

enum err_code
health_get(struct call *c, struct err *e)
{
	struct health h;
	struct buf b;
	enum err_code code;

	code = monitor_health(c->x->store, c->x->deadline_ms, &h, e);
	if (code != ERR_OK)
		return code;
	if (h.read_only)
		return err_set(e, ERR_READ_ONLY, "the database is read-only");
	buf_init(&b, DOCUMENT_LIMIT);
	put_health(&b, &h);
	reply_start(&c->reply, 200, SLICE_NONE, CACHE_DOCUMENT);
	document_body(c, &b);
	buf_fini(&b);
	return ERR_OK;
}
