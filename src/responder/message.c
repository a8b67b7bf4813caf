/*
 * The deferred response as one message.
 *
 * It has no Content-Length of its own: none is stored (what a handler says of
 * it is dropped), and the message ends with the answer that it is in.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/message.h"

#include <inttypes.h>
#include <stdio.h>

#include "http/fields.h"
#include "http/served.h"
#include "http/status.h"
#include "responder/document.h"
#include "responder/stored.h"

#define LEAD_LIMIT (256 * 1024)

void
message_final_fields(
    struct call *c, const struct job_ref *ref, const struct answer *a)
{
	buf_printf(reply_open_field(&c->reply, "AsyncResult"), "%d", a->status);
	reply_close_field(&c->reply);
	job_ref_link(c, ref);
	document_sunset_field(c, a->body.expires);
}

/* A line of its own in the message must not be made of a value. */
static void
put_field(void *ctx, const char *name, struct slice value)
{
	struct buf *b = ctx;

	if (!field_value_ok(value))
		return;
	buf_puts(b, name);
	buf_puts(b, ": ");
	buf_slice(b, value);
	buf_puts(b, "\r\n");
}

static enum err_code
put_lead(struct buf *b, const struct answer *a, struct err *e)
{
	enum err_code code;

	buf_printf(b, "HTTP/1.1 %d ", a->status);
	buf_slice(b, a->reason.len > 0 && field_value_ok(a->reason) ?
			 a->reason :
			 slice_str(status_reason(a->status)));
	buf_puts(b, "\r\n");
	code = served_all(a->fields, put_field, b, e);
	buf_puts(b, "\r\n");
	if (code == ERR_OK && b->failed)
		code = err_set(
		    e, ERR_INTERNAL, "a header over %zu bytes", b->limit);
	return code;
}

static enum err_code
send_view(struct call *c, const struct job_ref *ref, const struct answer *a,
    const struct stored_view *view, const char *etag, struct err *e)
{
	reply_start(&c->reply, view->status, SLICE_NONE, CACHE_STORED);
	message_final_fields(c, ref, a);
	reply_field(&c->reply, "ETag", slice_str(etag));
	if (view->status == 304) {
		reply_send_empty(&c->reply);
		return ERR_OK;
	}
	stored_fields(c, view, a->body.size);
	reply_field(&c->reply, "Content-Type",
	    SLICE_LIT("application/http;msgtype=response"));
	return stored_send(c, &ref->id, &a->body, view, e);
}

enum err_code
message_send(struct call *c, const struct job_ref *ref, const struct answer *a,
    struct err *e)
{
	struct stored_view view;
	struct buf lead;
	char etag[32];
	enum err_code code;

	snprintf(etag, sizeof(etag), "\"%" PRIx64 "-http\"", (uint64_t)a->at);
	c->request.var.range = SLICE_NONE; /* of the message there are none */
	code = stored_judge(
	    c, slice_str(etag), SLICE_LIT(""), a->body.size, &view, e);
	if (code != ERR_OK)
		return code;
	buf_init(&lead, LEAD_LIMIT);
	code = put_lead(&lead, a, e);
	view.lead = buf_view(&lead);
	if (code == ERR_OK)
		code = send_view(c, ref, a, &view, etag, e);
	buf_fini(&lead);
	return code;
}
