/*
 * What a handler says about how far it is.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/progress.h"

#include <string.h>

#include "base/slice.h"

void
progress_reset(struct progress *p)
{
	p->len = 0;
	p->fresh = false;
}

static void
end_line(struct progress *p)
{
	size_t len = p->len;

	p->len = 0;
	/* A cut may have gone through a character: at most 3 bytes of it. */
	if (len == PROGRESS_SIZE - 1)
		for (int i = 0; i < 3; i++)
			if (!slice_is_text(slice_mem(p->line, len)))
				len--;
	if (len == 0 || !slice_is_text(slice_mem(p->line, len)))
		return;
	memcpy(p->newest, p->line, len);
	p->newest[len] = '\0';
	p->fresh = true;
}

void
progress_add(struct progress *p, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\n')
			end_line(p);
		else if (p->len < PROGRESS_SIZE - 1)
			p->line[p->len++] = s[i];
	}
}

const char *
progress_next(struct progress *p)
{
	if (!p->fresh)
		return NULL;
	p->fresh = false;
	return p->newest;
}
