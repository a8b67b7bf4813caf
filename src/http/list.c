/*
 * Lists and parameters of field values.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/list.h"

struct slice
list_cut(struct slice *s, char c)
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

struct slice
list_unquote(struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return slice_mem(s.ptr + 1, s.len - 2);
	return s;
}
