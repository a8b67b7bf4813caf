/*
 * Stored bytes on their way out.
 *
 * A web server may cut ranges out of an answer as well.  It leaves one alone
 * that is no 200 (lighttpd) or has Content-Range (Apache); what it cuts out of
 * a 200 that says "Accept-Ranges: bytes" are the same bytes that we would
 * have cut, by the same ETag.  Of other answers there are no parts, and
 * "none" keeps lighttpd from it (servers.md §1d).
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/stored.h"

#include <inttypes.h>

#include "base/digest.h"
#include "db/rows.h"
#include "http/etag.h"

enum err_code
stored_judge(struct call *c, struct slice tag, struct slice last_modified,
    int64_t size, struct stored_view *out, struct err *e)
{
	const struct request_variables *v = &c->request.var;
	struct stored_view view = { 200, { 0, 0 }, SLICE_LIT("") };
	enum range_kind kind = RANGE_ALL;

	if (v->if_match.ptr != NULL && !etag_is(v->if_match, tag))
		return err_set(
		    e, ERR_PRECONDITION, "these bytes have another ETag");
	if (etag_matches(v->if_none_match, tag))
		view.status = 304;
	else if (!c->reply.head && range_holds(v->if_range, tag, last_modified))
		kind = range_parse(v->range, size, &view.part);
	if (kind == RANGE_NONE) {
		c->limit = size;
		return err_set(
		    e, ERR_RANGE, "there are %" PRId64 " bytes", size);
	}
	if (kind == RANGE_PART)
		view.status = 206;
	*out = view;
	return ERR_OK;
}

void
stored_fields(struct call *c, const struct stored_view *view, int64_t size)
{
	bool parts = view->status == 200 || view->status == 206;

	reply_field(&c->reply, "Content-Security-Policy",
	    SLICE_LIT("sandbox; default-src 'none'"));
	reply_field(&c->reply, "Accept-Ranges",
	    parts && view->lead.len == 0 ? SLICE_LIT("bytes") :
					   SLICE_LIT("none"));
	if (view->status != 206)
		return;
	buf_printf(reply_open_field(&c->reply, "Content-Range"),
	    "bytes %" PRId64 "-%" PRId64 "/%" PRId64, view->part.first,
	    view->part.last, size);
	reply_close_field(&c->reply);
}

void
stored_digest_field(struct call *c, struct slice digest)
{
	struct buf *b;

	if (digest.ptr == NULL)
		return;
	b = reply_open_field(&c->reply, "Repr-Digest");
	buf_puts(b, "sha-256=:");
	digest_base64(b, digest.ptr, digest.len);
	buf_putc(b, ':');
	reply_close_field(&c->reply);
}

/* Where sending goes on. */
struct place {
	int seq;
	int64_t skip; /* bytes of this part that lie before it */
	int64_t left;
	bool to_end; /* with the last of these the body ends */
};

static enum err_code
send_part(struct call *c, const struct uuid *id, int holder, struct place *p,
    bool *heard, struct err *e)
{
	struct rows *rows = NULL;
	struct slice data;
	enum err_code code;
	int64_t n;

	exchange_renew(c->x);
	code = monitor_part(c->x->store, id, holder, p->seq, c->x->deadline_ms,
	    &rows, &data, e);
	if (code != ERR_OK)
		return code;
	n = (int64_t)data.len - p->skip;
	if (n <= 0 || (p->to_end && n > p->left))
		code = err_set(e, ERR_SHAPE,
		    "part %d has %zu bytes, %" PRId64 " were left", p->seq,
		    data.len, p->left);
	if (code == ERR_OK) {
		n = n < p->left ? n : p->left;
		*heard = reply_body(
		    &c->reply, slice_mem(data.ptr + p->skip, (size_t)n));
		*p = (struct place) { p->seq + 1, 0, p->left - n, p->to_end };
	}
	rows_free(rows);
	return code;
}

enum err_code
stored_send(struct call *c, const struct uuid *id, const struct stored *s,
    const struct stored_view *view, struct err *e)
{
	bool cut = view->status == 206, heard = true;
	int64_t first = cut ? view->part.first : 0;
	int64_t length = cut ? view->part.last - first + 1 : s->size;
	struct place p = { 0, first, length, first + length == s->size };
	enum err_code code = ERR_OK;
	int64_t start = 0;

	if (s->body.ptr == NULL && first > 0)
		code = monitor_seek(c->x->store, id, s->holder, first,
		    c->x->deadline_ms, &p.seq, &start, e);
	else if (s->body.ptr != NULL && (int64_t)s->body.len != s->size)
		code = err_set(e, ERR_SHAPE, "%zu bytes instead of %" PRId64,
		    s->body.len, s->size);
	if (code != ERR_OK)
		return code;
	p.skip = first - start;
	if (!reply_header(&c->reply, (int64_t)view->lead.len + length) ||
	    c->reply.head || !reply_body(&c->reply, view->lead))
		return ERR_OK;
	if (s->body.ptr != NULL) {
		reply_body(
		    &c->reply, slice_mem(s->body.ptr + first, (size_t)length));
		return ERR_OK;
	}
	while (code == ERR_OK && heard && p.left > 0)
		code = send_part(c, id, s->holder, &p, &heard, e);
	return code;
}
