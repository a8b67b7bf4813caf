/*
 * Content-Digest and Repr-Digest.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/digest.h"

#include "fuzz.h"
#include "http/fields.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice field = slice_mem(data, size);
	uint8_t out[DIGEST_LEN], untouched[DIGEST_LEN];
	struct err e = ERR_INIT;
	bool found = false;
	struct buf text;

	memset(out, 0xa5, sizeof(out));
	memset(untouched, 0xa5, sizeof(untouched));
	if (field_digest_parse(field, &found, out, &e) != ERR_OK) {
		REQUIRE(!found);
		REQUIRE(memcmp(out, untouched, sizeof(out)) == 0);
		return 0;
	}
	if (!found) {
		REQUIRE(memcmp(out, untouched, sizeof(out)) == 0);
		return 0;
	}
	/* One digest, one spelling, but for the padding. */
	buf_init(&text, 64);
	digest_base64(&text, out, sizeof(out));
	text.ptr[text.len - 1] = '\0';
	REQUIRE(fuzz_contains(field, text.ptr));
	buf_fini(&text);
	return 0;
}
