/*
 * GET /: where things are.  service-desc is registered (RFC 8631).
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/json_put.h"
#include "responder/document.h"
#include "responder/resource.h"

static const struct {
	const char *rel, *path;
} links[] = {
	{ "queues", "/queues" },
	{ "problems", "/problems" },
	{ "jobs", "/jobs" },
	{ "health", "/health" },
	{ "metrics", "/metrics" },
	{ "service-desc", "/openapi.json" },
};

enum err_code
service_get(struct call *c, struct err *e)
{
	struct buf b;
	enum err_code code;

	buf_init(&b, DOCUMENT_LIMIT);
	json_put_open(&b, '{');
	json_put_name(&b, "name");
	json_put_text(&b, SLICE_LIT("Nightdrop"));
	json_put_name(&b, "links");
	json_put_open(&b, '[');
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		json_put_open(&b, '{');
		json_put_name(&b, "rel");
		json_put_text(&b, slice_str(links[i].rel));
		json_put_name(&b, "href");
		buf_putc(&b, '"');
		buf_slice(&b, buf_view(&c->base));
		buf_printf(&b, "%s\"", links[i].path);
		json_put_close(&b, '}');
	}
	json_put_close(&b, ']');
	json_put_close(&b, '}');
	code = document_send(c, &b, e);
	buf_fini(&b);
	return code;
}
