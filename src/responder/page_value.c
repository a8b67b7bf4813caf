/*
 * Any JSON as HTML: an object is a definition list, an array of objects a
 * table, and so on, by what is there and not by what it means.
 *
 * SPDX-License-Identifier: ISC
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "responder/page_impl.h"

#define KIB 1024
#define NONE_HTML "<span class=\"none\">–</span>"

/* "2026-11-22T05:58:46.123Z": what documents have, and nothing else. */
static bool
is_time(struct slice s)
{
	static const char form[] = "0000-00-00T00:00:00.000Z";

	if (s.len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (form[i] == '0' ? !isdigit((unsigned char)s.ptr[i]) :
				     s.ptr[i] != form[i])
			return false;
	return true;
}

bool
page_time(struct buf *out, struct slice s)
{
	if (!is_time(s))
		return false;
	buf_puts(out, "<time datetime=\"");
	html_attr(out, s);
	buf_puts(out, "\">");
	html_txt(out, slice_mem(s.ptr, sizeof("2026-11-22") - 1));
	buf_putc(out, ' ');
	html_txt(out, slice_mem(s.ptr + sizeof("2026-11-22T") - 1,
			  sizeof("05:58:46") - 1));
	buf_puts(out, " UTC</time>");
	return true;
}

bool
page_is_ours(const struct page *p, struct slice s)
{
	struct slice base = page_base(p->call);

	return s.len > base.len && memcmp(s.ptr, base.ptr, base.len) == 0 &&
	       s.ptr[base.len] == '/' &&
	       (s.len == base.len + 1 || s.ptr[base.len + 1] != '/');
}

static void
put_string(const struct page *p, const char *name, struct slice s)
{
	if (page_time(p->out, s))
		return;
	/* "type": a problem's, which is a URI reference. */
	if (strcmp(name, "type") == 0 && s.len > 0 && s.ptr[0] == '/' &&
	    page_is_ours(p, s))
		html_link(p->out, s, s);
	else if (s.len == 0)
		buf_puts(p->out, NONE_HTML);
	else
		html_txt(p->out, s);
}

/* To the byte, as a receipt must be. */
static void
put_bytes(const struct page *p, int64_t bytes)
{
	page_size(p->out, bytes);
	if (bytes >= KIB)
		buf_printf(p->out, " (%" PRId64 " bytes)", bytes);
}

/* Words one after the other, "Any" where an empty list means all. */
static void
put_list(const struct page *p, const char *name, json_t *v)
{
	size_t i, n = json_array_size(v);

	if (n == 0)
		buf_puts(p->out,
		    strcmp(name, "media_types") == 0 ? "any" : NONE_HTML);
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_puts(p->out, ", ");
		page_value(p, name, json_array_get(v, i));
	}
}

void
page_value(const struct page *p, const char *name, json_t *v)
{
	if (json_is_string(v))
		put_string(p, name,
		    slice_mem(json_string_value(v), json_string_length(v)));
	else if (json_is_integer(v) && page_is_size(name))
		put_bytes(p, json_integer_value(v));
	else if (json_is_integer(v))
		buf_printf(p->out, "%" PRId64, (int64_t)json_integer_value(v));
	else if (json_is_real(v))
		buf_printf(p->out, "%.6g", json_real_value(v));
	else if (json_is_boolean(v))
		buf_puts(p->out, json_is_true(v) ? "yes" : "no");
	else if (json_is_array(v))
		put_list(p, name, v);
	else
		buf_puts(p->out, NONE_HTML);
}

bool
page_is_table(const json_t *v)
{
	return json_is_object(json_array_get(v, 0));
}

static bool
is_own_section(const char *name, const json_t *v)
{
	return json_is_object(v) || page_is_table(v) ||
	       strcmp(name, "links") == 0;
}

static void
put_rows(const struct page *p, json_t *object, const char *said)
{
	const char *name;
	json_t *v;
	bool any = false;

	json_object_foreach(object, name, v)
	{
		if (page_word_in(said, name) || is_own_section(name, v))
			continue;
		if (!any)
			buf_puts(p->out, "<dl>\n");
		any = true;
		buf_puts(p->out, "<dt>");
		page_label(p->out, name);
		buf_puts(p->out, "</dt><dd>");
		page_value(p, name, v);
		buf_puts(p->out, "</dd>\n");
	}
	if (any)
		buf_puts(p->out, "</dl>\n");
}

static void
put_section(const struct page *p, const char *name, json_t *v)
{
	if (page_is_table(v)) {
		page_table(p, name, v);
		return;
	}
	buf_puts(p->out, "<section>\n<h2>");
	page_label(p->out, name);
	buf_puts(p->out, "</h2>\n");
	put_rows(p, v, "");
	buf_puts(p->out, "</section>\n");
}

void
page_facts(const struct page *p, const char *said)
{
	const char *name;
	json_t *v;

	put_rows(p, p->doc, said);
	json_object_foreach(p->doc, name,
	    v) if (is_own_section(name, v) && strcmp(name, "links") != 0)
	    put_section(p, name, v);
}

struct slice
page_href(const json_t *doc, const char *rel)
{
	const json_t *links = json_object_get(doc, "links");

	for (size_t i = 0; i < json_array_size(links); i++) {
		const json_t *link = json_array_get(links, i);

		if (slice_eq_str(page_text(link, "rel"), rel))
			return page_text(link, "href");
	}
	return SLICE_NONE;
}

void
page_links(const struct page *p)
{
	const json_t *links = json_object_get(p->doc, "links");
	bool any = false;

	for (size_t i = 0; i < json_array_size(links); i++) {
		const json_t *link = json_array_get(links, i);
		struct slice rel = page_text(link, "rel");
		struct slice href = page_text(link, "href");
		const char *words =
		    rel.len > 0 ? page_rel_words(rel.ptr) : NULL;

		if (words == NULL || !page_is_ours(p, href))
			continue;
		if (!any)
			buf_puts(
			    p->out, "<nav aria-label=\"From here\">\n<ul>\n");
		any = true;
		buf_puts(p->out, "<li>");
		html_link(p->out, href, slice_str(words));
		buf_puts(p->out, "</li>\n");
	}
	if (any)
		buf_puts(p->out, "</ul>\n</nav>\n");
}
