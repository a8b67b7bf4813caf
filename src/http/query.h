/*
 * The parameters of a request target's query: name=value, joined by "&".
 *
 * Names and values are percent-decoded, once.  "+" is itself: none of our
 * values has a space, and a cursor may hold a plus.  Of a repeated parameter
 * the first counts; unknown ones are nobody's concern (a cache buster, a
 * tracking mark), so a parameter is read by whoever knows its name.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_QUERY_H
#define ND_HTTP_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define QUERY_VALUE_MAX 255 /* bytes, as sent */

struct query_value {
	bool given; /* without a "=" it is given, and empty */
	size_t len;
	char text[QUERY_VALUE_MAX + 1]; /* UTF-8, NUL behind it */
};

/*
 * The value of name in query (raw, without the "?").  ERR_SYNTAX: longer than
 * QUERY_VALUE_MAX, a % without two hexadecimal digits, or not UTF-8; *out is
 * then untouched.
 */
enum err_code query_find(struct slice query, const char *name,
    struct query_value *out, struct err *e);

/*
 * As query_find, where the value is a number of least to most; *out is left
 * as it is where there is none.  ERR_SYNTAX also: it is no such number.
 */
enum err_code query_int(struct slice query, const char *name, int64_t least,
    int64_t most, int64_t *out, struct err *e);

struct slice query_view(
    const struct query_value *v); /* SLICE_NONE: not given */

#endif
