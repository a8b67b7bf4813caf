/*
 * Who is calling, and may their request come from where it does?
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/caller.h"

#include "http/origin.h"
#include "queue/token.h"

/* What follows "Bearer"; SLICE_NONE: another scheme, or none. */
static struct slice
bearer(struct slice authorization)
{
	struct slice token = slice_trim(authorization);
	struct slice scheme = slice_cut(&token, ' ');

	if (!slice_eq_nocase(scheme, "Bearer"))
		return SLICE_NONE;
	return token.ptr == NULL ? SLICE_LIT("") : slice_trim(token);
}

enum err_code
caller_read(struct call *c, struct err *e)
{
	struct request *r = &c->request;
	struct slice token = bearer(r->var.authorization);
	uint8_t digest[DIGEST_LEN];
	enum err_code code;

	if (token.ptr == NULL)
		return ERR_OK;
	digest_sha256(token, digest);
	code = token_owner(
	    c->x->store, digest, c->x->deadline_ms, c->token_owner, e);
	if (code != ERR_OK)
		return code;
	c->by_token = true;
	r->owner = slice_str(c->token_owner);
	r->var.auth_type = SLICE_LIT("Bearer");
	return ERR_OK;
}

/*
 * "*" lets every page of the web in, but none of them on the credentials that
 * a browser adds by itself (Basic, a cookie of the server's): with those, any
 * page that somebody looks at could act for them.  A token it does not add.
 */
enum err_code
caller_site(struct call *c, struct err *e)
{
	const struct request *r = &c->request;
	bool ambient = r->owner.len > 0 && !c->by_token;

	if (method_is_safe(r->method) ||
	    !origin_cross_site(
		r->var.sec_fetch_site, r->var.origin, r->var.host) ||
	    c->reply.cors == ORIGIN_LISTED ||
	    (c->reply.cors == ORIGIN_ANY && !ambient))
		return ERR_OK;
	return err_set(e, ERR_FORBIDDEN,
	    "a page of another site may not send this request; "
	    "allowed_origins names those that may");
}
