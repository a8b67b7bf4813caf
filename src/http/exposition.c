/*
 * Figures as monitoring reads them.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/exposition.h"

/* In a label's value \, " and the end of a line are escaped, in a help text
 * the first and the last. */
static void
put_escaped(struct buf *b, struct slice s, bool quoted)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '\n') {
			buf_puts(b, "\\n");
			continue;
		}
		if (c == '\\' || (c == '"' && quoted))
			buf_putc(b, '\\');
		buf_putc(b, c);
	}
}

void
exposition_metric(
    struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s ", name);
	put_escaped(b, slice_str(help), false);
	buf_printf(b, "\n# TYPE %s %s\n", name, type);
}

void
exposition_sample(struct buf *b, const char *name,
    const struct exposition_label *labels, int count, struct slice value)
{
	char before = '{';

	buf_puts(b, name);
	for (int i = 0; i < count; i++) {
		if (labels[i].value.ptr == NULL)
			continue;
		buf_putc(b, before);
		buf_printf(b, "%s=\"", labels[i].name);
		put_escaped(b, labels[i].value, true);
		buf_putc(b, '"');
		before = ',';
	}
	if (before == ',')
		buf_putc(b, '}');
	buf_putc(b, ' ');
	buf_slice(b, value);
	buf_putc(b, '\n');
}
