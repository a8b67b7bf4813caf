/*
 * Origin and Host: on two lines.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/origin.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice host = slice_mem(data, size);
	struct slice origin = slice_cut(&host, '\n');
	struct slice name = slice_trim(host);

	/* Of the same site only where the host's name stands in Origin. */
	if (!origin_cross_site(SLICE_NONE, origin, host)) {
		char *text = fuzz_string(name);
		size_t end = text[0] == '[' ? strcspn(text, "]") + 1 :
					      strcspn(text, ":");

		if (end < strlen(text))
			text[end] = '\0';
		if (memchr(data, '\0', size) == NULL)
			REQUIRE(text[0] != '\0' && fuzz_contains(origin, text));
		free(text);
	}
	/* What the browser says of itself decides. */
	REQUIRE(origin_cross_site(SLICE_LIT("cross-site"), origin, host));
	REQUIRE(!origin_cross_site(SLICE_LIT("same-origin"), origin, host));
	return 0;
}
