/*
 * An array of objects as a table: a row each, which leads to its own page.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/page_impl.h"

/* Columns that a table has no room for: the row's own page has them. */
static const char not_in_tables[] = "digest href last_run links max_size "
				    "media_types reply";

static bool
is_column(const char *name, const json_t *v)
{
	if (json_is_object(v)) /* see put_cell */
		return json_object_get(v, "status") != NULL;
	return !page_is_table(v) && !page_word_in(not_in_tables, name);
}

static void
put_columns(const struct page *p, json_t *row)
{
	const char *name;
	json_t *v;

	buf_puts(p->out, "<thead><tr>");
	json_object_foreach(row, name, v)
	{
		if (!is_column(name, v))
			continue;
		buf_puts(p->out, json_is_integer(v) ?
				     "<th scope=\"col\" class=\"number\">" :
				     "<th scope=\"col\">");
		page_label(p->out, name);
		buf_puts(p->out, "</th>");
	}
	buf_puts(p->out, "</tr></thead>\n<tbody>\n");
}

/* What a row is called: its first column, which leads to its own page. */
static void
put_row_head(
    const struct page *p, const json_t *row, const char *name, json_t *v)
{
	struct slice href = page_text(row, "href");

	if (href.ptr == NULL)
		href = page_href(row, "self");
	buf_puts(p->out, "<th scope=\"row\">");
	if (href.ptr != NULL && page_is_ours(p, href)) {
		buf_puts(p->out, "<a href=\"");
		html_attr(p->out, href);
		buf_puts(p->out, "\">");
		page_value(p, name, v);
		buf_puts(p->out, "</a>");
	} else {
		page_value(p, name, v);
	}
	buf_puts(p->out, "</th>");
}

/* What stands in a cell for an object, such as an outcome, is its status. */
static void
put_cell(const struct page *p, const char *name, json_t *v)
{
	if (json_is_object(v))
		v = json_object_get(v, "status");
	buf_puts(p->out, json_is_integer(v) ? "<td class=\"number\">" : "<td>");
	page_value(p, name, v);
	buf_puts(p->out, "</td>");
}

/* Each row has the columns of the first. */
static void
put_row(const struct page *p, json_t *first, const json_t *row)
{
	struct slice id = page_text(row, "name");
	bool head = true;
	const char *name;
	json_t *v;

	buf_puts(p->out, "<tr");
	if (id.len > 0) {
		buf_puts(p->out, " id=\"");
		html_attr(p->out, id);
		buf_putc(p->out, '"');
	}
	buf_putc(p->out, '>');
	json_object_foreach(first, name, v)
	{
		json_t *cell = json_object_get(row, name);

		if (!is_column(name, v))
			continue;
		if (head)
			put_row_head(p, row, name, cell);
		else
			put_cell(p, name, cell);
		head = false;
	}
	buf_puts(p->out, "</tr>\n");
}

/* Wider than the window it scrolls, for the keyboard as well. */
void
page_table(const struct page *p, const char *name, const json_t *rows)
{
	json_t *first = json_array_get(rows, 0);
	size_t i, n = json_array_size(rows);

	buf_puts(p->out,
	    "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"");
	page_label(p->out, name);
	buf_puts(p->out, "\">\n<table>\n<caption>");
	page_label(p->out, name);
	buf_printf(p->out, ": %zu</caption>\n", n);
	put_columns(p, first);
	for (i = 0; i < n; i++)
		put_row(p, first, json_array_get(rows, i));
	buf_puts(p->out, "</tbody>\n</table>\n</div>\n");
}
