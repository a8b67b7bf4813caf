/*
 * Pages: the frame around a document, and its header.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/page.h"

#include <string.h>

#include "base/digest.h"
#include "responder/page_impl.h"
#include "web/web.h"

#define PAGE_LIMIT (64 * 1024 * 1024)
#define TITLE_LIMIT 4096

static const struct {
	const char *path, *text;
	bool owner; /* only for who has one: others would get 401 */
} places[] = {
	{ "/queues", "Queues", false },
	{ "/jobs", "Jobs", true },
	{ "/problems", "Problems", false },
	{ "/health", "Health", false },
};

struct slice
page_base(const struct call *c)
{
	return c->base.len > 0 ? buf_view(&c->base) : c->request.prefix;
}

struct slice
page_text(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	if (!json_is_string(v))
		return SLICE_NONE;
	return slice_mem(json_string_value(v), json_string_length(v));
}

static bool
is_here(const struct request *r, const char *path)
{
	size_t len = r->prefix.len;

	return r->path.ptr != NULL && r->path.len >= len &&
	       slice_eq(slice_mem(r->path.ptr, len), r->prefix) &&
	       slice_eq_str(
		   slice_mem(r->path.ptr + len, r->path.len - len), path);
}

static void
put_place(const struct page *p, const char *path, const char *text)
{
	bool here = is_here(&p->call->request, path);

	buf_puts(p->out, "<a href=\"");
	html_attr(p->out, page_base(p->call));
	buf_printf(p->out, "%s\"%s>%s</a>", path,
	    here ? " aria-current=\"page\"" : "", text);
}

static void
put_header(const struct page *p)
{
	buf_puts(p->out, "<body>\n<header>\n<p>");
	put_place(p, "/", "Nightdrop");
	buf_puts(p->out, "</p>\n<nav aria-label=\"Nightdrop\">\n<ul>\n");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i].owner && p->call->request.owner.len == 0)
			continue;
		buf_puts(p->out, "<li>");
		put_place(p, places[i].path, places[i].text);
		buf_puts(p->out, "</li>\n");
	}
	buf_puts(p->out, "</ul>\n</nav>\n</header>\n");
}

/* The page of a queue must say where it is when its form is sent: without a
 * referrer the browser calls its origin "null", which is refused. */
static void
put_head(const struct page *p, struct slice title)
{
	buf_puts(p->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
			 "<meta charset=\"utf-8\">\n<title>");
	html_txt(p->out, title);
	if (!slice_eq_str(title, "Nightdrop"))
		buf_puts(p->out, " – Nightdrop");
	buf_puts(p->out,
	    "</title>\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n");
	if (page_href(p->doc, "submit").ptr != NULL)
		buf_puts(p->out,
		    "<meta name=\"referrer\" content=\"same-origin\">\n");
	buf_puts(p->out, "<style>");
	buf_slice(p->out, web_file_find("page.css"));
	buf_puts(p->out, "</style>\n</head>\n");
}

static void
put_footer(const struct page *p)
{
	buf_puts(p->out,
	    "<footer>\n<p>Nightdrop " ND_VERSION
	    ". The same as data: <code>Accept: application/json</code>."
	    "</p>\n</footer>\n</body>\n</html>\n");
}

static void
put_document(const struct page *p)
{
	const struct page_kind *kind = page_kind_get(p->doc);
	struct buf title;
	struct page t = { p->call, &title, p->doc };

	buf_init(&title, TITLE_LIMIT);
	kind->title(&t);
	put_head(p, buf_view(&title));
	put_header(p);
	buf_puts(p->out, "<main>\n<h1>");
	html_txt(p->out, buf_view(&title));
	buf_puts(p->out, "</h1>\n");
	buf_fini(&title);
	if (kind->lead != NULL)
		kind->lead(p);
	page_facts(p, kind->said);
	page_links(p);
	buf_puts(p->out, "</main>\n");
	put_footer(p);
}

bool
page_put(struct buf *out, const struct call *c, struct slice json)
{
	json_t *doc = json_loadb(json.ptr, json.len, JSON_ALLOW_NUL, NULL);
	struct page p = { c, out, doc };

	if (json_is_object(doc))
		put_document(&p);
	json_decref(doc);
	return out->len > 0 && !out->failed;
}

static void
put_policy(struct call *c)
{
	struct buf *b = reply_open_field(&c->reply, "Content-Security-Policy");
	uint8_t digest[DIGEST_LEN];

	digest_sha256(web_file_find("page.css"), digest);
	buf_puts(b, "default-src 'none'; style-src 'sha256-");
	digest_base64(b, digest, DIGEST_LEN);
	buf_puts(b, "'; form-action 'self'; base-uri 'none'; "
		    "frame-ancestors 'none'");
	reply_close_field(&c->reply);
}

bool
page_send(struct call *c, struct slice json)
{
	struct buf page;
	bool made;

	buf_init(&page, PAGE_LIMIT);
	made = page_put(&page, c, json);
	if (made) {
		put_policy(c);
		reply_send(
		    &c->reply, "text/html; charset=utf-8", buf_view(&page));
	}
	buf_fini(&page);
	return made;
}
