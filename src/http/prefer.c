/*
 * The field Prefer.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/prefer.h"

#include <stddef.h>

/* Cut s at the first c that is not inside a quoted string. */
static struct slice
cut_unquoted(struct slice *s, char c)
{
	struct slice head = *s;
	bool quoted = false;

	for (size_t i = 0; i < head.len; i++) {
		if (head.ptr[i] == '\\' && quoted)
			i++;
		else if (head.ptr[i] == '"')
			quoted = !quoted;
		else if (head.ptr[i] == c && !quoted) {
			*s = slice_mem(head.ptr + i + 1, head.len - i - 1);
			return slice_mem(head.ptr, i);
		}
	}
	*s = SLICE_NONE;
	return head;
}

static struct slice
unquote(struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return slice_mem(s.ptr + 1, s.len - 2);
	return s;
}

struct prefer
prefer_parse(struct slice field)
{
	struct prefer p = { false, false };
	bool seen_return = false;

	while (field.ptr != NULL) {
		struct slice member = cut_unquoted(&field, ',');
		struct slice value = cut_unquoted(&member, ';');
		struct slice name = slice_trim(cut_unquoted(&value, '='));

		value = unquote(slice_trim(value));
		if (slice_eq_nocase(name, "respond-async") && value.len == 0)
			p.respond_async = true;
		if (slice_eq_nocase(name, "return") && !seen_return) {
			seen_return = true;
			p.minimal = slice_eq_nocase(value, "minimal");
		}
	}
	return p;
}
