/*
 * HTML written straight into a buffer.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/html_put.h"

#define DEL 0x7f
#define C1_LEAD 0xc2 /* U+0080 to U+009F are C2 80 to C2 9F */
#define C1_LAST 0x9f

static const char *
entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* The picture of a control character: U+2400 and on, E2 90 80 and on. */
static void
put_picture(struct buf *b, unsigned char c)
{
	buf_puts(b, "\xe2\x90");
	buf_putc(b, (char)(c == DEL ? 0xa1 : 0x80 + c));
}

static bool
is_control(unsigned char c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || c == DEL;
}

static void
put(struct buf *b, struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t start = 0, width;

	for (size_t i = 0; i < s.len; i += width) {
		const char *name = entity(p[i]);
		bool c1 =
		    p[i] == C1_LEAD && i + 1 < s.len && p[i + 1] <= C1_LAST;

		width = c1 ? 2 : 1;
		if (name == NULL && !c1 && !is_control(p[i]))
			continue;
		buf_append(b, s.ptr + start, i - start);
		if (name != NULL)
			buf_puts(b, name);
		else if (c1)
			buf_puts(b, "\xef\xbf\xbd"); /* U+FFFD */
		else
			put_picture(b, p[i]);
		start = i + width;
	}
	buf_append(b, s.ptr + start, s.len - start);
}

void
html_txt(struct buf *b, struct slice s)
{
	if (s.len > 0)
		put(b, s);
}

void
html_attr(struct buf *b, struct slice s)
{
	html_txt(b, s); /* the quotes are escaped there as well */
}

void
html_link(struct buf *b, struct slice href, struct slice text)
{
	buf_puts(b, "<a href=\"");
	html_attr(b, href);
	buf_puts(b, "\">");
	html_txt(b, text);
	buf_puts(b, "</a>");
}
