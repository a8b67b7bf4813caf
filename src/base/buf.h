/*
 * A growing buffer with a hard limit and a sticky failure: append a dozen
 * times, test once.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_BUF_H
#define ND_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct buf {
	char *ptr;    /* NUL-terminated whenever it is not NULL */
	size_t len;   /* bytes in use, without the NUL */
	size_t size;  /* bytes allocated */
	size_t limit; /* largest len */
	bool failed;  /* something did not fit; stays until buf_reset */
};

void buf_init(struct buf *b, size_t limit); /* allocates nothing yet */
void buf_fini(struct buf *b);
void buf_reset(struct buf *b); /* empty, not failed; keeps the memory */

/* Each returns false, and sets failed, where the limit or the memory does not
 * suffice; the contents are then as before. */
bool buf_append(struct buf *b, const void *p, size_t len);
bool buf_slice(struct buf *b, struct slice s);
bool buf_puts(struct buf *b, const char *s);
bool buf_putc(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Make room for len more bytes and return where they go; NULL on failure.
 * The caller adds what it used to b->len. */
char *buf_room(struct buf *b, size_t len);

struct slice buf_view(const struct buf *b); /* "" when empty */

#endif
