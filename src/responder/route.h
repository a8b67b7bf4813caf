/*
 * From method and path to a resource.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_ROUTE_H
#define ND_RESPONDER_ROUTE_H

#include "responder/call.h"

/* Header lines that each answer of this resource carries, also an error's;
 * NULL: none. */
const char *route_fields(const struct request *r);

/*
 * Find the resource and let it answer.  HEAD is served by GET (the reply
 * drops the body), OPTIONS is answered here, but for resources that have
 * more to say to it.  ERR_NOT_FOUND, ERR_METHOD (with
 * c->allow set), and what the resource returns.
 */
enum err_code route_call(struct call *c, struct err *e);

#endif
