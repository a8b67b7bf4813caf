/*
 * Entity tags: two, with a line end between them.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/etag.h"

#include "fuzz.h"
#include "http/fields.h"

/* What a list names is what it matches; nothing of a list that is none. */
static void
check_list(struct slice field, struct slice tag)
{
	struct buf list;

	buf_init(&list, 65536);
	if (!etag_list(field, false, &list))
		REQUIRE(list.len == 0);
	else if (etag_valid(tag) && tag.ptr[0] == '"' && list.len > 0 &&
		 etag_matches(field, tag)) {
		char *text = fuzz_string(tag);

		REQUIRE(slice_eq_str(buf_view(&list), "*") ||
			fuzz_contains(buf_view(&list), text));
		free(text);
	}
	buf_fini(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice b = slice_mem(data, size);
	struct slice a = slice_cut(&b, '\n');

	if (b.ptr == NULL)
		b = a;
	check_list(b, a);
	if (etag_valid(a)) {
		REQUIRE(field_value_ok(a));
		REQUIRE(etag_matches(a, a));
		REQUIRE(etag_matches(SLICE_LIT("*"), a));
	} else {
		REQUIRE(!etag_matches(b, a));
	}
	if (etag_valid(a) && etag_valid(b))
		REQUIRE(etag_matches(a, b) == etag_matches(b, a));
	return 0;
}
