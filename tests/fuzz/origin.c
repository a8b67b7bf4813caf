/*
 * Origin and Host: on two lines.  The second is taken for allowed_origins too.
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
	/* Listed only where it stands in the list, and fit for a header. */
	if (origin_allowed(host, origin) == ORIGIN_LISTED) {
		char *text = fuzz_string(origin);

		REQUIRE(fuzz_contains(host, text));
		REQUIRE(!fuzz_breaks_line(origin));
		free(text);
	}
	/* What the browser says of itself decides. */
	REQUIRE(origin_cross_site(SLICE_LIT("cross-site"), origin, host));
	REQUIRE(!origin_cross_site(SLICE_LIT("same-origin"), origin, host));
	/* Who is listed stands in the list; a list of origins has no path. */
	if (origin_allowed(host, origin) == ORIGIN_LISTED)
		REQUIRE(origin.len > 0 && origin.len <= host.len);
	if (origin_list_ok(host))
		REQUIRE(origin_allowed(host, SLICE_LIT("http://h/")) !=
			ORIGIN_LISTED);
	return 0;
}
