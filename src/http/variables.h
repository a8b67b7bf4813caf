/*
 * What of a request its handler will be given when the job runs: its CGI
 * variables, as the JSON object that is stored with the job.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_VARIABLES_H
#define ND_HTTP_VARIABLES_H

#include "base/buf.h"
#include "base/err.h"
#include "http/request.h"

/*
 * Append the object to out, which must be empty.  Never in it: what
 * authenticates (Authorization, Cookie, the idempotency key), HTTP_PROXY
 * (httpoxy), and names that are not letters, digits and "_".  SCRIPT_NAME is
 * the path as we routed it and PATH_INFO is empty, so that all servers store
 * the same.  REMOTE_USER and AUTH_TYPE only where they are trusted.
 *
 * ERR_SYNTAX where a value is not UTF-8 (the database takes nothing else).
 */
enum err_code variables_put(
    struct buf *out, const struct request *r, struct err *e);

#endif
