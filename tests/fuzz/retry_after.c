/*
 * Retry-After: seconds and dates.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"

#include "fuzz.h"
#include "http/cgi_response.h"

#define NOW_US INT64_C(1790000000000000)
#define YEAR_MS (INT64_C(366) * 86400 * 1000)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice value = slice_mem(data, size);
	int64_t ms = cgi_retry_after_ms(value, NOW_US);
	char text[TIME_TEXT_SIZE];

	REQUIRE(ms >= -1 && ms <= YEAR_MS);
	if (ms <= 0 || ms == YEAR_MS || ms % 1000 != 0)
		return 0;
	/* The same instant, as we would write it, is as far away. */
	time_http(NOW_US + ms * 1000, text);
	REQUIRE(cgi_retry_after_ms(slice_str(text), NOW_US) == ms);
	return 0;
}
