/*
 * JSON lines (application/x-ndjson) on their way in: a stream, split.
 *
 * A line ends with LF or CR LF; the last one need not.  Each is one JSON value
 * in UTF-8.  There are no empty lines: a sender that has one has lost
 * something, and the number of a line would mean different things to it and
 * to us.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_NDJSON_H
#define ND_HTTP_NDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define NDJSON_LINES INT64_C(10000000)

struct ndjson {
	size_t limit; /* bytes of a line, without its end */
	int64_t line; /* the number of the last one that was looked at */
};

/*
 * Take the next line off *rest.  end: nothing comes behind *rest.  *got is
 * false where it holds no whole line: what is left is the beginning of one,
 * to be shown again with more behind it.
 *
 * ERR_TOO_LARGE: the line is longer than the limit (seen as soon as it is), or
 * there are more than NDJSON_LINES.  ERR_LINE: it is not a JSON value.  The
 * text and n->line name the line.
 */
enum err_code ndjson_next(struct ndjson *n, struct slice *rest, bool end,
    struct slice *line, bool *got, struct err *e);

#endif
