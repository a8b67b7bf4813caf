/*
 * Problem details (RFC 9457): the one table from what went wrong to how it is
 * said over HTTP.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_PROBLEM_H
#define ND_HTTP_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct problem {
	int status;
	const char *title;
	const char *next; /* what the client can do */
	bool retry;	  /* Retry-After: it may work soon */
	bool ours; /* not the client's doing: logged, its text not shown */
};

/* Never NULL. */
const struct problem *problem_get(enum err_code code);

/* Members beyond those of the table.  Absent: SLICE_NONE, NULL, 0. */
struct problem_note {
	struct slice detail; /* UTF-8 */
	const char *id;	     /* which line of the log */
	int64_t limit;	     /* what was exceeded */
	int64_t line;	     /* of the body, from 1 */
};

/* Append the document; type is prefix/problems#name. */
void problem_put(struct buf *out, struct slice prefix, const char *name,
    const struct problem *p, const struct problem_note *note);

#endif
