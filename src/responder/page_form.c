/*
 * The submit form of a queue.
 *
 * It posts to where any program posts, in one of the three ways that browsers
 * have; what the browser sends is the job's body as it is, since handlers are
 * CGI programs, and those read forms.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/page_impl.h"

#include <string.h>

struct form {
	const char *type, *whole_type;
	bool file;
};

/* The most capable one first. */
static const struct form forms[] = {
	{ "multipart/form-data", "multipart/*", true },
	{ "application/x-www-form-urlencoded", "application/*", false },
	{ "text/plain", "text/*", false },
};

/* An empty list: any type. */
static bool
takes(const json_t *types, const struct form *f)
{
	for (size_t i = 0; i < json_array_size(types); i++) {
		const char *type = json_string_value(json_array_get(types, i));

		if (type != NULL && (strcmp(type, f->type) == 0 ||
					strcmp(type, f->whole_type) == 0))
			return true;
	}
	return json_array_size(types) == 0;
}

static const struct form *
form_find(const json_t *types)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (takes(types, &forms[i]))
			return &forms[i];
	return NULL;
}

/* Without base_url: the page was had from where it must be sent to. */
static struct slice
action(const struct page *p, struct slice href)
{
	size_t skip = page_base(p->call).len - p->call->request.prefix.len;

	return skip < href.len ? slice_mem(href.ptr + skip, href.len - skip) :
				 href;
}

static void
put_limits(const struct page *p, const struct form *f)
{
	int64_t most = json_integer_value(json_object_get(p->doc, "max_size"));

	buf_printf(p->out, "<p>It is sent as <code>%s</code>", f->type);
	if (most > 0) {
		buf_puts(p->out, ", at most ");
		page_size(p->out, most);
	}
	buf_puts(p->out, ".");
	if (json_integer_value(json_object_get(p->doc, "reply")) == 204)
		buf_puts(p->out,
		    " This queue answers 204: the job is taken, and this page "
		    "stays as it is.");
	buf_puts(p->out, "</p>\n");
}

static void
put_form(const struct page *p, const struct form *f)
{
	buf_puts(p->out, "<form method=\"post\" action=\"");
	html_attr(p->out, action(p, page_href(p->doc, "submit")));
	buf_printf(
	    p->out, "\" enctype=\"%s\">\n<h2>Hand in a job</h2>\n", f->type);
	buf_puts(p->out,
	    "<p><label>Text\n<textarea name=\"text\" rows=\"8\" cols=\"72\">"
	    "</textarea></label></p>\n");
	if (f->file)
		buf_puts(p->out,
		    "<p><label>File\n<input type=\"file\" name=\"file\">"
		    "</label></p>\n");
	buf_puts(
	    p->out, "<p><button type=\"submit\">Hand it in</button></p>\n");
	put_limits(p, f);
	buf_puts(p->out, "</form>\n");
}

void
page_form(const struct page *p)
{
	const struct form *f =
	    form_find(json_object_get(p->doc, "media_types"));
	struct slice href = page_href(p->doc, "submit");

	if (!json_is_true(json_object_get(p->doc, "accepting"))) {
		buf_puts(p->out, "<p>It takes no jobs at present.</p>\n");
		return;
	}
	if (f != NULL && href.ptr != NULL) {
		put_form(p, f);
		return;
	}
	buf_puts(p->out,
	    "<p>No browser’s form can send what it takes: have a program "
	    "<code>POST</code> it to <code>");
	html_txt(p->out, href);
	buf_puts(p->out, "</code>.</p>\n");
}
