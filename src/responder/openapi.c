/*
 * GET /openapi.json: the resources, for programs that make clients of it
 * (OpenAPI 3.1).  The document is a file of the source tree; only where it is
 * served is put into it here.
 *
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "responder/document.h"
#include "responder/resource.h"
#include "web/web.h"

/* In the file, and once: the URL that all paths are below. */
#define SERVER "\"servers\": [\n  {\n   \"url\": \""

/* Behind SERVER in text; NULL: the file is not the one we were written for. */
static const char *
find_server(struct slice text)
{
	size_t len = sizeof(SERVER) - 1;

	for (size_t i = 0; i + len < text.len; i++)
		if (memcmp(text.ptr + i, SERVER, len) == 0)
			return text.ptr + i + len;
	return NULL;
}

enum err_code
openapi_get(struct call *c, struct err *e)
{
	struct slice text = web_file_find("openapi.json");
	const char *at = find_server(text);
	struct slice base = buf_view(&c->base);
	enum err_code code;
	size_t before;
	struct buf b;

	if (at == NULL)
		return err_set(
		    e, ERR_INTERNAL, "openapi.json has no place for the URL");
	before = (size_t)(at - text.ptr);
	buf_init(&b, DOCUMENT_LIMIT);
	buf_append(&b, text.ptr, before);
	buf_slice(&b, base);
	/* The file has "/", which is right where there is no prefix. */
	if (base.len > 0)
		before++;
	buf_append(&b, text.ptr + before, text.len - before);
	c->media = MEDIA_JSON; /* a page of it would be read by nobody */
	code = document_send(c, &b, e);
	buf_fini(&b);
	return code;
}
