/*
 * The field Prefer (RFC 7240): what we heed of it.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_PREFER_H
#define ND_HTTP_PREFER_H

#include <stdbool.h>

#include "base/slice.h"

struct prefer {
	bool respond_async;
	bool minimal; /* return=minimal */
};

/* Unknown and unreadable preferences are ignored, as the RFC says; of a
 * repeated one the first counts. */
struct prefer prefer_parse(struct slice field);

#endif
