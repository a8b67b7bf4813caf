/*
 * Which header fields of a handler's answer are passed on to whoever fetches
 * it later: those that describe the body, and what the queue lists; never one
 * that speaks of the connection, sets a cookie, or makes a web server send
 * something else (X-Accel-Redirect, X-Sendfile).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_SERVED_H
#define ND_HTTP_SERVED_H

#include <stdbool.h>

#include "base/err.h"
#include "base/slice.h"

typedef void served_fn(void *ctx, const char *name, struct slice value);

/*
 * Call fn for each field that may be served with this status, in order.
 * fields: JSON [["Name", "value"], ...]; extra: JSON ["x-name", ...], what the
 * queue lists, or SLICE_NONE.  ERR_SHAPE where they are not that.
 */
enum err_code served_fields(struct slice fields, struct slice extra, int status,
    served_fn *fn, void *ctx, struct err *e);

/* Call fn for each of them that has the form of a header field's name, in
 * order.  ERR_SHAPE as above. */
enum err_code served_all(
    struct slice fields, served_fn *fn, void *ctx, struct err *e);

#endif
