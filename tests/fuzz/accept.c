/*
 * Accept.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/accept.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice field = slice_mem(data, size);

	switch (accept_best(field)) {
	case MEDIA_JSON:
		break;
	case MEDIA_HTML: /* must be named */
		REQUIRE(fuzz_contains(field, "text/html"));
		break;
	case MEDIA_HTTP:
		REQUIRE(fuzz_contains(field, "application/http"));
		break;
	default:
		REQUIRE(!"a medium");
	}
	return 0;
}
