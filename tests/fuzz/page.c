/*
 * The page of any document has our elements and no others, closed as they were
 * opened, whatever is in the document.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/page.h"

#include <jansson.h>

#include "fuzz.h"

#define DEPTH 32

static const char *const elements[] = { "a", "body", "button", "caption",
	"code", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "head",
	"header", "html", "input", "label", "li", "main", "meta", "nav", "p",
	"section", "span", "style", "table", "tbody", "td", "textarea", "th",
	"thead", "time", "title", "tr", "ul" };

static const char *const empty[] = { "input", "meta" };

static bool
is_one_of(const char *const *names, size_t n, struct slice s)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_str(s, names[i]))
			return true;
	return false;
}

/* Letters and digits of a tag behind its "<" or "</". */
static struct slice
name_at(const char *p)
{
	size_t len = 0;

	while ((p[len] >= 'a' && p[len] <= 'z') ||
	       (p[len] >= '0' && p[len] <= '9'))
		len++;
	return slice_mem(p, len);
}

/* The page is NUL-terminated. */
static void
check(const char *page)
{
	struct slice open[DEPTH];
	int depth = 0;

	REQUIRE(strncmp(page, "<!DOCTYPE html>", 15) == 0);
	for (const char *p = strchr(page + 1, '<'); p != NULL;
	     p = strchr(p + 1, '<')) {
		bool end = p[1] == '/';
		struct slice name = name_at(p + 1 + end);

		REQUIRE(is_one_of(
		    elements, sizeof(elements) / sizeof(elements[0]), name));
		if (end) {
			REQUIRE(depth > 0);
			REQUIRE(slice_eq(open[--depth], name));
		} else if (!is_one_of(
			       empty, sizeof(empty) / sizeof(empty[0]), name)) {
			REQUIRE(depth < DEPTH);
			open[depth++] = name;
		}
	}
	REQUIRE(depth == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_mem(size > 0 ? (const char *)data : "", size);
	struct call c = { .retry_s = (int)size };
	struct buf out;
	json_t *doc;
	bool made;

	c.request.prefix = SLICE_LIT("/p");
	buf_init(&c.base, 100);
	buf_puts(&c.base, size % 2 != 0 ? "/p" : "https://host/p");
	buf_init(&out, 1 << 24);
	made = page_put(&out, &c, in);
	doc = json_loadb(in.ptr, in.len, JSON_ALLOW_NUL, NULL);
	REQUIRE(made == json_is_object(doc));
	json_decref(doc);
	if (made)
		check(out.ptr);
	buf_fini(&out);
	buf_fini(&c.base);
	return 0;
}
