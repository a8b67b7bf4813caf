/*
 * An answer on its way out.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/reply.h"

#include <inttypes.h>

#include "http/fields.h"
#include "http/status.h"
#include "responder/exchange.h"

#define HEADER_LIMIT (256 * 1024) /* a handler's header and ours */

/* All that our answers say in a field of their own (the rest is safelisted). */
#define EXPOSED                                                      \
	"Accept-Ranges, Allow, AsyncResult, Content-Location, "      \
	"Content-Range, ETag, Link, Location, Preference-Applied, "  \
	"Repr-Digest, Retry-After, Sunset, Tus-Checksum-Algorithm, " \
	"Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, "  \
	"Upload-Expires, Upload-Length, Upload-Metadata, "           \
	"Upload-Offset, WWW-Authenticate"

static const char *const cache_control[] = {
	[CACHE_DOCUMENT] = "private, no-cache",
	[CACHE_STORED] = "private, must-revalidate",
	[CACHE_NONE] = "no-store",
};

void
reply_init(struct reply *r, struct exchange *x)
{
	*r = (struct reply) { .x = x };
	buf_init(&r->fields, HEADER_LIMIT);
}

void
reply_fini(struct reply *r)
{
	buf_fini(&r->fields);
}

/*
 * What a page of another site may do with the answer.  One that is listed is
 * trusted: it may also act on the credentials that a browser adds by itself.
 * "*" means any page, which must never: a browser enforces that where it sees
 * "*" itself, so that is what it is sent.
 */
static void
put_origin(struct reply *r)
{
	if (r->by_origin)
		buf_puts(&r->fields, "Vary: Origin\r\n");
	if (r->cors == ORIGIN_UNKNOWN)
		return;
	reply_field(r, "Access-Control-Allow-Origin",
	    r->cors == ORIGIN_ANY ? SLICE_LIT("*") : r->origin);
	if (r->cors == ORIGIN_LISTED)
		buf_puts(
		    &r->fields, "Access-Control-Allow-Credentials: true\r\n");
	buf_puts(&r->fields, "Access-Control-Expose-Headers: " EXPOSED "\r\n");
}

void
reply_start(
    struct reply *r, int status, struct slice reason, enum reply_cache cache)
{
	buf_reset(&r->fields);
	if (reason.len == 0 || !field_value_ok(reason))
		reason = slice_str(status_reason(status));
	buf_printf(&r->fields, "Status: %d ", status);
	buf_slice(&r->fields, reason);
	buf_puts(&r->fields, "\r\n"
			     "Vary: Accept, Prefer, Authorization\r\n"
			     "Referrer-Policy: no-referrer\r\n"
			     "X-Content-Type-Options: nosniff\r\n"
			     "Cache-Control: ");
	buf_puts(&r->fields, cache_control[cache]);
	buf_puts(&r->fields, "\r\n");
	put_origin(r);
	if (r->always != NULL)
		buf_puts(&r->fields, r->always);
}

struct buf *
reply_open_field(struct reply *r, const char *name)
{
	r->mark = r->fields.len;
	buf_puts(&r->fields, name);
	buf_puts(&r->fields, ": ");
	return &r->fields;
}

bool
reply_close_field(struct reply *r)
{
	struct buf *b = &r->fields;

	if (b->failed)
		return false;
	if (!field_value_ok(slice_mem(b->ptr + r->mark, b->len - r->mark))) {
		b->len = r->mark;
		b->ptr[b->len] = '\0';
		return false;
	}
	return buf_puts(b, "\r\n");
}

bool
reply_field(struct reply *r, const char *name, struct slice value)
{
	buf_slice(reply_open_field(r, name), value);
	return reply_close_field(r);
}

/* A header that does not fit is none: say so rather than send half of it. */
static void
replace_header(struct reply *r)
{
	reply_start(r, 500, SLICE_NONE, CACHE_NONE);
	r->head = true;
	buf_puts(&r->fields, "Content-Length: 0\r\n");
}

static bool
send_header(struct reply *r)
{
	if (r->fields.failed)
		replace_header(r);
	buf_puts(&r->fields, "\r\n");
	r->sent = true;
	return r->x->transport->write(r->x, r->fields.ptr, r->fields.len);
}

bool
reply_header(struct reply *r, int64_t length)
{
	if (length >= 0)
		buf_printf(
		    &r->fields, "Content-Length: %" PRId64 "\r\n", length);
	return send_header(r);
}

bool
reply_body(struct reply *r, struct slice piece)
{
	if (r->head || piece.len == 0)
		return true;
	return r->x->transport->write(r->x, piece.ptr, piece.len);
}

void
reply_send(struct reply *r, const char *type, struct slice body)
{
	reply_field(r, "Content-Type", slice_str(type));
	if (reply_header(r, (int64_t)body.len))
		reply_body(r, body);
}

void
reply_send_empty(struct reply *r)
{
	send_header(r);
}
