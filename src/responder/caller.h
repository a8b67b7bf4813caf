/*
 * Who is calling, and may their request come from where it does?
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_CALLER_H
#define ND_RESPONDER_CALLER_H

#include "responder/call.h"

/*
 * Set c->request.owner from a bearer token where there is one (RFC 6750); it
 * wins over REMOTE_USER, which request_read has looked at.  Other schemes of
 * Authorization are the server's business.  ERR_TOKEN: one that is not valid;
 * errors of the database.
 */
enum err_code caller_read(struct call *c, struct err *e);

/*
 * ERR_FORBIDDEN: a page of another site has made a browser send something that
 * changes things, and allowed_origins does not have that site.  The caller
 * must be known.
 */
enum err_code caller_site(struct call *c, struct err *e);

#endif
