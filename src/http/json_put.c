/*
 * JSON written straight into a buffer.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/json_put.h"

#include <inttypes.h>

#include "base/clock.h"

static void
separate(struct buf *b)
{
	char last;

	if (b->len == 0)
		return;
	last = b->ptr[b->len - 1];
	if (last != '{' && last != '[' && last != ':')
		buf_putc(b, ',');
}

void
json_put_open(struct buf *b, char bracket)
{
	separate(b);
	buf_putc(b, bracket);
}

void
json_put_close(struct buf *b, char bracket)
{
	buf_putc(b, bracket);
}

void
json_put_name(struct buf *b, const char *name)
{
	separate(b);
	buf_putc(b, '"');
	buf_puts(b, name);
	buf_puts(b, "\":");
}

static void
put_escape(struct buf *b, unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		buf_putc(b, '\\');
		buf_putc(b, (char)c);
		break;
	case '\n':
		buf_puts(b, "\\n");
		break;
	default:
		buf_printf(b, "\\u%04x", c);
	}
}

void
json_put_text(struct buf *b, struct slice s)
{
	size_t start = 0;

	separate(b);
	if (s.ptr == NULL) {
		buf_puts(b, "null");
		return;
	}
	buf_putc(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_append(b, s.ptr + start, i - start);
		put_escape(b, c);
		start = i + 1;
	}
	buf_append(b, s.ptr + start, s.len - start);
	buf_putc(b, '"');
}

void
json_put_int(struct buf *b, int64_t v)
{
	separate(b);
	buf_printf(b, "%" PRId64, v);
}

void
json_put_bool(struct buf *b, bool v)
{
	separate(b);
	buf_puts(b, v ? "true" : "false");
}

void
json_put_time(struct buf *b, int64_t us)
{
	char text[TIME_TEXT_SIZE];

	if (us == TIME_NONE)
		json_put_text(b, SLICE_NONE);
	else
		json_put_text(b, slice_str(time_rfc3339(us, text)));
}
