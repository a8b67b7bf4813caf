/*
 * What pages of other sites may do with our answers.
 *
 * A site that is listed is trusted: its pages may also act on the credentials
 * that a browser adds by itself.  "*" means any page, which must never: a
 * browser enforces that where it sees "*" itself, so that is what we send.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/cors.h"

#include "http/origin.h"

#define MAX_AGE "3600" /* seconds that a preflight is good for */

/* All that our answers say in a field of their own (the rest is safelisted). */
#define EXPOSED                                                      \
	"Accept-Ranges, Allow, AsyncResult, Content-Location, "      \
	"Content-Range, ETag, Link, Location, Preference-Applied, "  \
	"Repr-Digest, Retry-After, Sunset, Tus-Checksum-Algorithm, " \
	"Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, "  \
	"Upload-Expires, Upload-Length, Upload-Metadata, "           \
	"Upload-Offset, WWW-Authenticate"

enum err_code
cors_read(struct call *c, struct err *e)
{
	struct slice allowed = slice_str(c->x->config->allowed_origins);
	struct slice origin = slice_trim(c->request.var.origin);

	if (slice_trim(allowed).len == 0)
		return ERR_OK;
	if (!origin_list_ok(allowed))
		return err_set(e, ERR_CONFIG,
		    "allowed_origins must be a list like "
		    "https://shop.example https://b.example:8443, or *");
	c->reply.by_origin = true;
	c->reply.cors = origin_allowed(allowed, origin);
	c->reply.origin = origin;
	return ERR_OK;
}

void
cors_fields(struct reply *r)
{
	if (r->by_origin)
		reply_field(r, "Vary", SLICE_LIT("Origin"));
	if (r->cors == ORIGIN_UNKNOWN)
		return;
	reply_field(r, "Access-Control-Allow-Origin",
	    r->cors == ORIGIN_ANY ? SLICE_LIT("*") : r->origin);
	if (r->cors == ORIGIN_LISTED)
		reply_field(
		    r, "Access-Control-Allow-Credentials", SLICE_LIT("true"));
	reply_field(r, "Access-Control-Expose-Headers", SLICE_LIT(EXPOSED));
}

void
cors_preflight(struct call *c)
{
	const struct request_variables *v = &c->request.var;

	if (c->reply.cors == ORIGIN_UNKNOWN ||
	    v->access_control_request_method.ptr == NULL)
		return;
	reply_field(
	    &c->reply, "Access-Control-Allow-Methods", slice_str(c->allow));
	if (v->access_control_request_headers.ptr != NULL)
		reply_field(&c->reply, "Access-Control-Allow-Headers",
		    v->access_control_request_headers);
	reply_field(&c->reply, "Access-Control-Max-Age", SLICE_LIT(MAX_AGE));
}
