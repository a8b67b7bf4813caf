/*
 * What pages of other sites may do with our answers.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/cors.h"

#include "http/origin.h"

#define MAX_AGE "3600" /* seconds that a preflight is good for */

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

bool
cors_is_preflight(const struct call *c)
{
	return c->request.method == METHOD_OPTIONS &&
	       c->reply.cors != ORIGIN_UNKNOWN &&
	       c->request.var.access_control_request_method.ptr != NULL;
}

void
cors_preflight_fields(struct call *c)
{
	const struct request_variables *v = &c->request.var;

	reply_field(
	    &c->reply, "Access-Control-Allow-Methods", slice_str(c->allow));
	if (v->access_control_request_headers.ptr != NULL)
		reply_field(&c->reply, "Access-Control-Allow-Headers",
		    v->access_control_request_headers);
	reply_field(&c->reply, "Access-Control-Max-Age", SLICE_LIT(MAX_AGE));
}
