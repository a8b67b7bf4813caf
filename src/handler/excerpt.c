/*
 * The head and the tail of something long.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/excerpt.h"

#include <stdlib.h>
#include <string.h>

#include "handler/slot.h"

void
excerpt_init(struct excerpt *x)
{
	*x = (struct excerpt) { .ring = NULL };
	buf_init(&x->head, SLOT_LOG_HEAD);
}

void
excerpt_fini(struct excerpt *x)
{
	buf_fini(&x->head);
	free(x->ring);
	x->ring = NULL;
}

void
excerpt_reset(struct excerpt *x)
{
	buf_reset(&x->head);
	x->behind = 0;
}

/* Byte n of what came behind the head lies at n modulo the ring's size. */
static void
add_tail(struct excerpt *x, const char *p, size_t len)
{
	if (x->ring == NULL && (x->ring = malloc(SLOT_LOG_TAIL)) == NULL)
		abort();
	while (len > 0) {
		size_t at = (size_t)(x->behind % SLOT_LOG_TAIL);
		size_t n = SLOT_LOG_TAIL - at;

		if (n > len)
			n = len;
		memcpy(x->ring + at, p, n);
		x->behind += n;
		p += n;
		len -= n;
	}
}

void
excerpt_add(struct excerpt *x, const char *p, size_t len)
{
	size_t n = SLOT_LOG_HEAD - x->head.len;

	if (n > len)
		n = len;
	if (!buf_append(&x->head, p, n))
		abort();
	if (len > n)
		add_tail(x, p + n, len - n);
}

void
excerpt_write(const struct excerpt *x, struct buf *out)
{
	size_t at;

	buf_slice(out, buf_view(&x->head));
	if (x->behind == 0)
		return;
	if (x->behind <= SLOT_LOG_TAIL) {
		buf_append(out, x->ring, (size_t)x->behind);
		return;
	}
	at = (size_t)(x->behind % SLOT_LOG_TAIL);
	buf_printf(out, "\n[%llu bytes dropped]\n",
	    (unsigned long long)(x->behind - SLOT_LOG_TAIL));
	buf_append(out, x->ring + at, SLOT_LOG_TAIL - at);
	buf_append(out, x->ring, at);
}
