/*
 * The part of request.c that reads the request target.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_TARGET_H
#define ND_HTTP_TARGET_H

#include "base/err.h"
#include "http/request.h"

/* Set r's uri, path, info, query, asterisk and segments; its variables, method,
 * prefix and queue must be known (and, with a queue, in path where the script
 * ends, SLICE_NONE: as the server says).  ERR_SYNTAX, ERR_NOT_FOUND,
 * ERR_FIELDS_TOO_LARGE. */
enum err_code target_read(struct request *r, struct err *e);

#endif
