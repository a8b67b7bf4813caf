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

enum next { NEXT_END, NEXT_TAG, NEXT_MALFORMED };

/* Take the next member of a list (RFC 9110 §5.6.1). */
static enum next
next_tag(struct slice *field, struct slice *opaque, bool *weak)
{
	*field = slice_trim(*field);
	while (field->len > 0 && field->ptr[0] == ',') /* an empty member */
		*field = slice_trim(skip(*field, 1));
	if (field->len == 0)
		return NEXT_END;
	if (!take_tag(field, opaque, weak))
		return NEXT_MALFORMED;
	*field = slice_trim(*field);
	return field->len == 0 || field->ptr[0] == ',' ? NEXT_TAG :
							 NEXT_MALFORMED;
}

bool
etag_matches(struct slice field, struct slice tag)
{
	struct slice ours, theirs;
	bool weak;

	if (!take_tag(&tag, &ours, &weak) || tag.len > 0)
		return false;
	if (slice_eq_str(slice_trim(field), "*"))
		return true;
	while (next_tag(&field, &theirs, &weak) == NEXT_TAG)
		if (slice_eq(ours, theirs))
			return true;
	return false;
}

bool
etag_is(struct slice field, struct slice tag)
{
	struct slice ours, theirs;
	bool weak, their_weak, named = false;
	enum next next;

	if (!take_tag(&tag, &ours, &weak) || tag.len > 0)
		return false;
	if (slice_eq_str(slice_trim(field), "*"))
		return true;
	while ((next = next_tag(&field, &theirs, &their_weak)) == NEXT_TAG)
		named |= !weak && !their_weak && slice_eq(ours, theirs);
	return named && next == NEXT_END;
}

bool
etag_list(struct slice field, bool strong, struct buf *out)
{
	struct slice tag;
	enum next next;
	bool weak;

	if (slice_eq_str(slice_trim(field), "*"))
		return buf_putc(out, '*');
	while ((next = next_tag(&field, &tag, &weak)) == NEXT_TAG) {
		if (weak && strong)
			continue;
		if (out->len > 0)
			buf_putc(out, ' ');
		buf_slice(out, tag);
	}
	if (next == NEXT_END && !out->failed)
		return true;
	buf_reset(out);
	return false;
}

enum err_code
etag_permits(struct slice if_match, struct slice if_none_match,
    struct slice tag, struct err *e)
{
	if (if_match.ptr != NULL && !etag_is(if_match, tag))
		return err_set(e, ERR_PRECONDITION,
		    "If-Match does not name what is there; a weak tag never "
		    "does, * does");
	if (if_none_match.ptr != NULL && etag_matches(if_none_match, tag))
		return err_set(
		    e, ERR_PRECONDITION, "If-None-Match names what is there");
	return ERR_OK;
}
