/*
 * Prefer.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/prefer.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice field = slice_mem(data, size);
	struct prefer p = prefer_parse(field);

	/* Nothing is applied that was not asked for. */
	REQUIRE(!p.respond_async || fuzz_contains(field, "respond-async"));
	REQUIRE(!p.minimal || fuzz_contains(field, "minimal"));
	return 0;
}
