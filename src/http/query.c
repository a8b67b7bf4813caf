/*
 * The parameters of a query.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/query.h"

#include <inttypes.h>

#include "http/percent.h"

static bool
is_named(struct slice raw, const char *name)
{
	char text[QUERY_VALUE_MAX];
	long n;

	if (raw.len > sizeof(text))
		return false;
	n = percent_decode(raw, text);
	return n >= 0 && slice_eq_str(slice_mem(text, (size_t)n), name);
}

/* The raw value of the first parameter of this name. */
static bool
find_raw(struct slice query, const char *name, struct slice *out)
{
	while (query.ptr != NULL) {
		struct slice value = slice_cut(&query, '&');

		if (!is_named(slice_cut(&value, '='), name))
			continue;
		*out = value.ptr != NULL ? value : SLICE_LIT("");
		return true;
	}
	return false;
}

enum err_code
query_find(struct slice query, const char *name, struct query_value *out,
    struct err *e)
{
	struct query_value v = { .given = true };
	struct slice raw;
	long n = -1;

	if (!find_raw(query, name, &raw)) {
		*out = (struct query_value) { .given = false };
		return ERR_OK;
	}
	if (raw.len <= QUERY_VALUE_MAX)
		n = percent_decode(raw, v.text);
	if (n < 0 || !slice_is_text(slice_mem(v.text, (size_t)n)))
		return err_set(e, ERR_SYNTAX,
		    "the query's %s is not UTF-8, percent-encoded, of at most "
		    "%d bytes",
		    name, QUERY_VALUE_MAX);
	v.len = (size_t)n;
	*out = v;
	return ERR_OK;
}

struct slice
query_view(const struct query_value *v)
{
	return v->given ? slice_mem(v->text, v->len) : SLICE_NONE;
}

enum err_code
query_int(struct slice query, const char *name, int64_t least, int64_t most,
    int64_t *out, struct err *e)
{
	struct query_value v = { .given = false };
	enum err_code code = query_find(query, name, &v, e);
	uint64_t n;

	if (code != ERR_OK || !v.given)
		return code;
	if (!slice_uint(query_view(&v), &n) || n > (uint64_t)most ||
	    (int64_t)n < least)
		return err_set(e, ERR_SYNTAX,
		    "the query's %s must be a number from %" PRId64
		    " to %" PRId64,
		    name, least, most);
	*out = (int64_t)n;
	return ERR_OK;
}
