/*
 * One request and its answer.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/exchange.h"

#include "base/clock.h"
#include "http/fields.h"
#include "responder/call.h"
#include "responder/caller.h"
#include "responder/cors.h"
#include "responder/refuse.h"
#include "responder/route.h"

#define BASE_LIMIT 65536

long
exchange_read(struct exchange *x, void *p, size_t len)
{
	long n = x->transport->read(x, p, len);

	if (n > 0)
		x->received += (uint64_t)n;
	return n;
}

void
exchange_renew(struct exchange *x)
{
	x->deadline_ms = clock_mono_ms() + x->config->deadline_ms;
}

static enum err_code
call_read(struct call *c, struct err *e)
{
	const struct config *config = c->x->config;
	const struct err *broken = c->x->broken;
	struct request_defaults defaults = {
		.prefix =
		    broken != NULL ? SLICE_NONE : slice_str(config->prefix),
		.queue = slice_str(c->x->queue),
		.script_path = slice_str(c->x->script_path),
	};
	struct request *r = &c->request;
	struct err why = ERR_INIT;
	enum err_code code;

	code = request_read(r, c->x->env, &defaults, e);
	c->reply.head = r->method == METHOD_HEAD;
	c->reply.always = route_fields(r);
	c->prefer = prefer_parse(r->var.prefer);
	c->media = accept_best(r->var.accept);
	if (c->media == MEDIA_HTML) /* a page has no short form */
		c->prefer.minimal = false;
	if (broken != NULL)
		return err_set(e, ERR_CONFIG, "%s", broken->text);
	/* First, so that a page can read what was wrong with its request. */
	if (cors_read(c, &why) != ERR_OK)
		return err_set(e, why.code, "%s", why.text);
	if (code != ERR_OK)
		return code;
	if (!field_uri_ok(slice_str(config->base_url)))
		return err_set(e, ERR_CONFIG,
		    "base_url must be like https://host.example");
	buf_puts(&c->base, config->base_url);
	buf_slice(&c->base, r->prefix);
	if ((code = caller_read(c, e)) != ERR_OK)
		return code;
	return caller_site(c, e);
}

void
exchange_handle(struct exchange *x)
{
	struct call c = { .x = x, .pattern = "(no resource)" };
	struct err e = ERR_INIT;

	buf_init(&c.base, BASE_LIMIT);
	reply_init(&c.reply, x);
	if (call_read(&c, &e) != ERR_OK || route_call(&c, &e) != ERR_OK)
		refuse(&c, &e);
	reply_fini(&c.reply);
	buf_fini(&c.base);
	request_fini(&c.request);
}
