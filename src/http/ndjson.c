/*
 * JSON lines on their way in.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/ndjson.h"

#include <inttypes.h>
#include <string.h>

#include "http/json_check.h"

static enum err_code
too_long(struct ndjson *n, struct err *e)
{
	return err_set(e, ERR_TOO_LARGE,
	    "line %" PRId64 " is longer than %zu bytes, the most that a line "
	    "may have",
	    n->line, n->limit);
}

static enum err_code
check(struct ndjson *n, struct slice line, struct err *e)
{
	size_t at;

	if (n->line > NDJSON_LINES)
		return err_set(e, ERR_TOO_LARGE,
		    "there are more than %" PRId64 " lines; send them as "
		    "several bundles",
		    NDJSON_LINES);
	if (line.len > n->limit)
		return too_long(n, e);
	if (line.len == 0)
		return err_set(
		    e, ERR_LINE, "line %" PRId64 " is empty", n->line);
	if (!json_check(line, &at))
		return err_set(e, ERR_LINE,
		    "line %" PRId64 " is not a JSON value: see byte %zu",
		    n->line, at + 1);
	return ERR_OK;
}

enum err_code
ndjson_next(struct ndjson *n, struct slice *rest, bool end, struct slice *line,
    bool *got, struct err *e)
{
	const char *lf =
	    rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
	size_t len = lf == NULL ? rest->len : (size_t)(lf - rest->ptr);
	struct slice found = slice_mem(rest->ptr, len);
	enum err_code code;

	*got = false;
	if (lf == NULL && len == 0)
		return ERR_OK;
	if (found.len > 0 && found.ptr[found.len - 1] == '\r')
		found.len--;
	if (lf == NULL && !end) {
		if (found.len <= n->limit)
			return ERR_OK;
		n->line++;
		return too_long(n, e);
	}
	n->line++;
	code = check(n, found, e);
	if (code != ERR_OK)
		return code;
	len += lf != NULL;
	*rest = slice_mem(rest->ptr + len, rest->len - len);
	*line = found;
	*got = true;
	return ERR_OK;
}
