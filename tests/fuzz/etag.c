/*
 * Entity tags: two, with a line end between them.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/etag.h"

#include "fuzz.h"
#include "http/fields.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice b = slice_mem(data, size);
	struct slice a = slice_cut(&b, '\n');

	if (b.ptr == NULL)
		b = a;
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
