/*
 * Ranges: the size in 8 bytes, then Range, and behind a line end If-Range.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/range.h"

#include "fuzz.h"
#include "http/etag.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char tag[] = "\"a\"", date[] = "Sun";
	struct range r = { -1, -1 };
	struct slice rest, field;
	enum range_kind kind;
	int64_t n;

	if (size < sizeof(n))
		return 0;
	memcpy(&n, data, sizeof(n));
	n = n < 0 ? -(n + 1) : n;
	rest = slice_mem(data + sizeof(n), size - sizeof(n));
	field = slice_cut(&rest, '\n');
	kind = range_parse(field, n, &r);
	if (kind == RANGE_PART)
		REQUIRE(0 <= r.first && r.first <= r.last && r.last < n);
	else
		REQUIRE(r.first == -1 && r.last == -1);
	if (rest.ptr != NULL &&
	    range_holds(rest, slice_str(tag), slice_str(date)))
		REQUIRE(fuzz_contains(rest, tag) || fuzz_contains(rest, date));
	REQUIRE(!etag_valid(rest) ||
		!range_holds(rest, SLICE_LIT("W/\"a\""), SLICE_LIT("")));
	return 0;
}
