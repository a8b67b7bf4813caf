/*
 * What a handler says about how far it is: lines on a descriptor of its own
 * ("40 resizing").  Only the newest counts.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_PROGRESS_H
#define ND_HANDLER_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRESS_FD 3	  /* in the handler; one digit, for the shell's >&3 */
#define PROGRESS_SIZE 201 /* longest line kept, with its NUL */

struct progress {
	char line[PROGRESS_SIZE]; /* as far as it has come */
	size_t len;
	char newest[PROGRESS_SIZE];
	bool fresh; /* newest has not been asked for yet */
};

void progress_reset(struct progress *p);

/* A line that is not UTF-8 or has a NUL is passed over; a longer one is cut. */
void progress_add(struct progress *p, const char *s, size_t len);

/* The newest line, once; NULL: nothing new. */
const char *progress_next(struct progress *p);

#endif
