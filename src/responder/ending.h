/*
 * How a job ends without an answer of its handler's that could be passed on,
 * and how that is said over HTTP.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_ENDING_H
#define ND_RESPONDER_ENDING_H

#include <stdbool.h>
#include <stddef.h>

#include "http/problem.h"

struct ending {
	const char *name; /* of the problem type */
	struct problem problem;
};

/* A handler's own status that would mislead when it is served later. */
bool ending_misleads(int status);

/* For an outcome with this status; by_handler: it is the handler's own, but
 * makes no sense later.  Never NULL. */
const struct ending *ending_get(int status, bool by_handler);

/* All of them in turn; NULL behind the last. */
const struct ending *ending_at(size_t i);

#endif
