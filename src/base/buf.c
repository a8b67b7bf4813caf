/*
 * A growing buffer with a hard limit and a sticky failure.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf) { 0 };
	b->limit = limit < SIZE_MAX / 4 ? limit : SIZE_MAX / 4;
}

void
buf_fini(struct buf *b)
{
	free(b->ptr);
	buf_init(b, b->limit);
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->ptr != NULL)
		b->ptr[0] = '\0';
}

/* Room for len more bytes and a NUL, doubling so that appending is linear. */
char *
buf_room(struct buf *b, size_t len)
{
	size_t want, size;
	char *p;

	if (b->failed || len > b->limit - b->len) {
		b->failed = true;
		return NULL;
	}
	want = b->len + len + 1;
	if (want > b->size) {
		size = b->size < 128 ? 128 : b->size * 2;
		if (size > b->limit + 1)
			size = b->limit + 1;
		if (size < want)
			size = want;
		if ((p = realloc(b->ptr, size)) == NULL) {
			b->failed = true;
			return NULL;
		}
		b->ptr = p;
		b->size = size;
	}
	return b->ptr + b->len;
}

bool
buf_append(struct buf *b, const void *p, size_t len)
{
	char *to = buf_room(b, len);

	if (to == NULL)
		return false;
	if (len > 0)
		memcpy(to, p, len);
	b->len += len;
	b->ptr[b->len] = '\0';
	return true;
}

bool
buf_slice(struct buf *b, struct slice s)
{
	return buf_append(b, s.ptr, s.len);
}

bool
buf_puts(struct buf *b, const char *s)
{
	return buf_append(b, s, strlen(s));
}

bool
buf_putc(struct buf *b, char c)
{
	return buf_append(b, &c, 1);
}

/* Most texts fit into what is allocated; the others are written once more. */
bool
buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t left = b->failed ? 0 : b->size - b->len;
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(left == 0 ? NULL : b->ptr + b->len, left, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < left) {
		b->len += (size_t)n;
		return true;
	}
	if (left > 0)
		b->ptr[b->len] = '\0';
	if (n < 0 || (to = buf_room(b, (size_t)n)) == NULL) {
		b->failed = true;
		return false;
	}
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return true;
}

struct slice
buf_view(const struct buf *b)
{
	return b->ptr == NULL ? SLICE_LIT("") : slice_mem(b->ptr, b->len);
}
