/*
 * Ids.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/uuid.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uuid u, copy, again;
	char text[UUID_TEXT_LEN + 1];

	memset(&u, 0xa5, sizeof(u));
	copy = u;
	if (!uuid_parse(slice_mem(data, size), &u)) {
		REQUIRE(uuid_eq(&u, &copy));
		return 0;
	}
	/* One id, one spelling, but for the case. */
	uuid_format(&u, text);
	REQUIRE(slice_eq_nocase(slice_mem(data, size), text));
	REQUIRE(uuid_parse(slice_str(text), &again) && uuid_eq(&u, &again));
	return 0;
}
