/*
 * One range of bytes of a representation (RFC 9110 §14.1.2, §14.2), and
 * whether it may be given out (If-Range, §13.1.5).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_RANGE_H
#define ND_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum range_kind {
	RANGE_ALL,  /* no range, or one to be ignored: all of it is sent */
	RANGE_PART, /* *out is set */
	RANGE_NONE  /* not a byte of it is there: 416 */
};

struct range {
	int64_t first, last; /* last is the last byte: 0-0 is one */
};

/*
 * The field Range, of a representation of size bytes.  Ignored, as the RFC
 * allows or demands: other units than bytes, several ranges, what cannot be
 * read, a last byte before the first; and a suffix of nothing at all, which
 * Content-Range could not say.  What reaches beyond the end is cut.  *out is
 * untouched but with RANGE_PART.
 */
enum range_kind range_parse(
    struct slice field, int64_t size, struct range *out);

/*
 * Is the field If-Range absent, or true?  A tag must be ours, and neither of
 * the two weak; a date must be last_modified to the letter.  SLICE_NONE or ""
 * where there is no tag, or no date.
 */
bool range_holds(
    struct slice if_range, struct slice tag, struct slice last_modified);

#endif
