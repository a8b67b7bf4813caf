/*
 * Percent-encoding (RFC 3986 §2.1).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_PERCENT_H
#define ND_HTTP_PERCENT_H

#include "base/slice.h"

/* Undo each %XX of s, once, into out, which has room for s.len bytes.  The
 * number of bytes; -1: a % without two hexadecimal digits. */
long percent_decode(struct slice s, char *out);

#endif
