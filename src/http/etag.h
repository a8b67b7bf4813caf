/*
 * Entity tags (RFC 9110 §8.8.3, §13.1.1, §13.1.2).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_ETAG_H
#define ND_HTTP_ETAG_H

#include <stdbool.h>

#include "base/slice.h"

/* [W/]"…" and nothing else. */
bool etag_valid(struct slice tag);

/* Does the field If-None-Match name tag (weak comparison), or is it "*"?  A
 * field that cannot be read matches nothing from there on: the client then
 * gets the whole answer, never a wrong 304. */
bool etag_matches(struct slice field, struct slice tag);

/* Does the field If-Match name tag (strong comparison: neither is weak), or is
 * it "*"?  tag "": there is none. */
bool etag_is(struct slice field, struct slice tag);

#endif
