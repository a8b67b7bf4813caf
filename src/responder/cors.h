/*
 * What pages of other sites may do with our answers: CORS, as the Fetch
 * standard has it.  The setting allowed_origins opens it; without, none of
 * this is ever sent.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_CORS_H
#define ND_RESPONDER_CORS_H

#include "responder/call.h"

/* Judge the request's Origin, so that every answer from here on, an error too,
 * says what it may.  ERR_CONFIG: allowed_origins is not a list of origins. */
enum err_code cors_read(struct call *c, struct err *e);

/* Does a browser ask whether a page that is let in may send a request? */
bool cors_is_preflight(const struct call *c);

/* Then these fields say that it may: the methods of the resource, and whatever
 * fields it asks for. */
void cors_preflight_fields(struct call *c);

#endif
