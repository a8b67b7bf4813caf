/*
 * The transport of plain CGI (RFC 3875): one request a process.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_CGI_H
#define ND_RESPONDER_CGI_H

#include "responder/exchange.h"

/* Answer the request that environ and descriptors 0 and 1 are.  base has
 * config, store and broken set. */
void cgi_serve(const struct exchange *base);

#endif
