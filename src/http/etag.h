/*
 * Entity tags (RFC 9110 §8.8.3, §13.1).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_ETAG_H
#define ND_HTTP_ETAG_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* [W/]"…" and nothing else. */
bool etag_valid(struct slice tag);

/* Does the field If-None-Match name tag (weak comparison), or is it "*"?  A
 * field that cannot be read matches nothing from there on: the client then
 * gets the whole answer, never a wrong 304. */
bool etag_matches(struct slice field, struct slice tag);

/* Does the field If-Match name tag (strong comparison: neither is weak), or is
 * it "*"?  tag "": there is none.  Of a field that cannot be read as a whole
 * nothing is named: the request then changes nothing. */
bool etag_is(struct slice field, struct slice tag);

/*
 * What the field If-Match (strong comparison: weak tags are left out) or
 * If-None-Match (weak comparison) names, for whoever compares later: each
 * tag's opaque part with its quotes, a space between them; or "*".
 *
 * False, and out is empty, where the field cannot be read as a whole: for
 * whoever wants to change something, such a condition does not hold.
 */
bool etag_list(struct slice field, bool strong, struct buf *out);

#define ETAG_UNNAMED SLICE_LIT("W/\"\"") /* of what is there and has no tag */

/* May a method change what is there and has this tag?  The fields If-Match and
 * If-None-Match, in this order (RFC 9110 §13.2.2); ptr NULL: not sent.
 * ERR_PRECONDITION: it may not. */
enum err_code etag_permits(struct slice if_match, struct slice if_none_match,
    struct slice tag, struct err *e);

#endif
