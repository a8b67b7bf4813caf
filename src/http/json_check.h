/*
 * Is this JSON?  RFC 8259, to the letter, and nothing is made of it.
 *
 * jansson would build the value only for us to throw it away, a few
 * microseconds a line of a bundle; and it refuses what is JSON but no number
 * of C's (an integer of 2^64, 1e400), which is the handler's business, not
 * ours.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_JSON_CHECK_H
#define ND_HTTP_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

#define JSON_CHECK_DEPTH 512 /* arrays and objects in each other */

/* One value of any kind, white space around it, valid UTF-8.  False: *at is
 * the offset of the first byte that cannot be there (s.len: it breaks off, or
 * is not UTF-8). */
bool json_check(struct slice s, size_t *at);

#endif
