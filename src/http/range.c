/*
 * One range of bytes.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/range.h"

#include "http/etag.h"

/* Digits alone; more than fit are the most that fit. */
static bool
read_position(struct slice s, int64_t *out)
{
	uint64_t n;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	*out = slice_uint(s, &n) && n < INT64_MAX ? (int64_t)n : INT64_MAX;
	return true;
}

/* The last n bytes. */
static enum range_kind
take_suffix(int64_t n, int64_t size, struct range *out)
{
	if (n == 0)
		return RANGE_NONE;
	if (size == 0)
		return RANGE_ALL;
	*out = (struct range) { n < size ? size - n : 0, size - 1 };
	return RANGE_PART;
}

/* "first-last", "first-" or "-suffix". */
static enum range_kind
take_range(struct slice spec, int64_t size, struct range *out)
{
	struct slice last = spec;
	struct slice first = slice_cut(&last, '-');
	int64_t from, to = INT64_MAX;

	if (last.ptr == NULL)
		return RANGE_ALL;
	if (first.len == 0)
		return read_position(last, &to) ? take_suffix(to, size, out) :
						  RANGE_ALL;
	if (!read_position(first, &from) ||
	    (last.len > 0 && !read_position(last, &to)) || to < from)
		return RANGE_ALL;
	if (from >= size)
		return RANGE_NONE;
	*out = (struct range) { from, to < size ? to : size - 1 };
	return RANGE_PART;
}

enum range_kind
range_parse(struct slice field, int64_t size, struct range *out)
{
	struct slice set = field, spec = SLICE_NONE;

	if (!slice_eq_nocase(slice_trim(slice_cut(&set, '=')), "bytes"))
		return RANGE_ALL;
	while (set.ptr != NULL) { /* empty members are allowed (§5.6.1) */
		struct slice member = slice_trim(slice_cut(&set, ','));

		if (member.len == 0)
			continue;
		if (spec.ptr != NULL)
			return RANGE_ALL;
		spec = member;
	}
	return spec.ptr == NULL ? RANGE_ALL : take_range(spec, size, out);
}

bool
range_holds(struct slice if_range, struct slice tag, struct slice last_modified)
{
	struct slice s = slice_trim(if_range);

	if (if_range.ptr == NULL)
		return true;
	if (s.len > 0 && s.ptr[0] == '"')
		return tag.len > 0 && etag_valid(s) && slice_eq(s, tag);
	return s.len > 0 && slice_eq(s, last_modified);
}
