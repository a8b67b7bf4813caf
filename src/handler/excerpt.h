/*
 * The head and the tail of something long: what is kept of a handler's
 * stderr.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_EXCERPT_H
#define ND_HANDLER_EXCERPT_H

#include <stdint.h>

#include "base/buf.h"

struct excerpt {
	struct buf head; /* the first SLOT_LOG_HEAD bytes */
	char *ring;	 /* the last SLOT_LOG_TAIL of what came behind */
	uint64_t behind; /* bytes that came behind the head */
};

void excerpt_init(struct excerpt *x);
void excerpt_fini(struct excerpt *x);
void excerpt_reset(struct excerpt *x);

void excerpt_add(struct excerpt *x, const char *p, size_t len);

/* Head, a line with the number of bytes dropped where there are any, tail. */
void excerpt_write(const struct excerpt *x, struct buf *out);

#endif
