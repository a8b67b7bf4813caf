/*
 * GET /jobs/{id}/request: what was submitted, to the byte.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/rows.h"
#include "http/etag.h"
#include "responder/job_ref.h"
#include "responder/resource.h"
#include "responder/stored.h"

static void
put_fields(struct call *c, const struct job_ref *ref, const struct stored *s)
{
	struct buf *b;

	stored_fields(c);
	job_ref_link(c, ref);
	if (!reply_field(&c->reply, "Content-Type",
		s->type.len > 0 ? s->type :
				  SLICE_LIT("application/octet-stream")))
		reply_field(&c->reply, "Content-Type",
		    SLICE_LIT("application/octet-stream"));
	if (s->encoding.len > 0)
		reply_field(&c->reply, "Content-Encoding", s->encoding);
	b = reply_open_field(&c->reply, "Repr-Digest");
	buf_puts(b, "sha-256=:");
	digest_base64(b, s->digest.ptr, s->digest.len);
	buf_putc(b, ':');
	reply_close_field(&c->reply);
}

enum err_code
job_request_get(struct call *c, struct err *e)
{
	struct reader who;
	struct job_ref ref;
	struct stored s;
	struct buf etag;
	enum err_code code;
	bool same;

	if ((code = job_ref_read(c, &who, &ref, e)) != ERR_OK)
		return code;
	code = monitor_request(c->x->store, &who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	buf_init(&etag, 64);
	buf_putc(&etag, '"');
	digest_base64url(&etag, s.digest.ptr, s.digest.len);
	buf_putc(&etag, '"');
	same = etag_matches(c->request.var.if_none_match, buf_view(&etag));
	reply_start(&c->reply, same ? 304 : 200, SLICE_NONE, CACHE_STORED);
	reply_field(&c->reply, "ETag", buf_view(&etag));
	buf_fini(&etag);
	if (same) {
		reply_send_empty(&c->reply);
	} else {
		put_fields(c, &ref, &s);
		code = stored_send(c, &who.id, &s, e);
	}
	rows_free(s.rows);
	return code;
}
