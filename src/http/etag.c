/*
 * Entity tags.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/etag.h"

#include <string.h>

static struct slice
skip(struct slice s, size_t n)
{
	return slice_mem(s.ptr + n, s.len - n);
}

static bool
is_weak(struct slice s)
{
	return s.len >= 2 && memcmp(s.ptr, "W/", 2) == 0;
}

/* Take one tag from the front of *s: its opaque part, quotes included. */
static bool
take_tag(struct slice *s, struct slice *opaque, bool *weak)
{
	size_t i;

	*weak = is_weak(*s);
	if (*weak)
		*s = skip(*s, 2);
	if (s->len < 2 || s->ptr[0] != '"')
		return false;
	for (i = 1; i < s->len && s->ptr[i] != '"'; i++) {
		unsigned char c = (unsigned char)s->ptr[i];

		if (c <= 0x20 || c == 0x7f)
			return false;
	}
	if (i == s->len)
		return false;
	*opaque = slice_mem(s->ptr, i + 1);
	*s = skip(*s, i + 1);
	return true;
}

bool
etag_valid(struct slice tag)
{
	struct slice opaque;
	bool weak;

	return take_tag(&tag, &opaque, &weak) && tag.len == 0;
}

/* strong: tags of which one is weak are not the same. */
static bool
is_named(struct slice field, struct slice tag, bool strong)
{
	struct slice ours, theirs;
	bool weak, their_weak;

	if (!take_tag(&tag, &ours, &weak) || tag.len > 0)
		return false;
	field = slice_trim(field);
	if (slice_eq_str(field, "*"))
		return true;
	while (field.len > 0) {
		if (field.ptr[0] == ',') { /* empty members are allowed */
			field = slice_trim(skip(field, 1));
			continue;
		}
		if (!take_tag(&field, &theirs, &their_weak))
			return false;
		if (slice_eq(ours, theirs) && !(strong && (weak || their_weak)))
			return true;
		field = slice_trim(field);
		if (field.len > 0 && field.ptr[0] != ',')
			return false;
	}
	return false;
}

bool
etag_matches(struct slice field, struct slice tag)
{
	return is_named(field, tag, false);
}

bool
etag_is(struct slice field, struct slice tag)
{
	return is_named(field, tag, true);
}
