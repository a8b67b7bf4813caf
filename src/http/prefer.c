/*
 * The field Prefer.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/prefer.h"

#include <stddef.h>

#include "http/list.h"

struct prefer
prefer_parse(struct slice field)
{
	struct prefer p = { false, false };
	bool seen_return = false;

	while (field.ptr != NULL) {
		struct slice member = list_cut(&field, ',');
		struct slice value = list_cut(&member, ';');
		struct slice name = slice_trim(list_cut(&value, '='));

		value = list_unquote(slice_trim(value));
		if (slice_eq_nocase(name, "respond-async") && value.len == 0)
			p.respond_async = true;
		if (slice_eq_nocase(name, "return") && !seen_return) {
			seen_return = true;
			p.minimal = slice_eq_nocase(value, "minimal");
		}
	}
	return p;
}
