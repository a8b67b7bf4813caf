/*
 * The fields of resumable uploads: the same bytes as Upload-Metadata, as
 * Upload-Checksum and as a number.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/tus.h"

#include "fuzz.h"
#include "http/fields.h"

static void
metadata(struct slice field)
{
	struct tus_metadata m = { .filename_len = 0 };
	struct err e = ERR_INIT;
	struct slice name, type;

	if (tus_metadata_parse(field, &m, &e) != ERR_OK) {
		REQUIRE(e.code == ERR_SYNTAX && e.text[0] != '\0');
		return;
	}
	REQUIRE(m.filename_len <= TUS_VALUE_MAX && m.type_len <= TUS_VALUE_MAX);
	name = slice_mem(m.filename, m.filename_len);
	type = slice_mem(m.type, m.type_len);
	/* Fit to name a file, and to be sent as a field. */
	REQUIRE(slice_is_text(name) && field_value_ok(name));
	REQUIRE(name.len == 0 || memchr(name.ptr, '/', name.len) == NULL);
	REQUIRE(!slice_eq_str(name, ".") && !slice_eq_str(name, ".."));
	REQUIRE(field_value_ok(type) && slice_is_text(type));
}

static void
checksum(struct slice field)
{
	struct tus_checksum sum;
	struct err e = ERR_INIT;
	struct buf text;

	if (tus_checksum_parse(field, &sum, &e) != ERR_OK)
		return;
	if (sum.algorithm == TUS_NO_CHECKSUM) {
		REQUIRE(field.ptr == NULL);
		return;
	}
	REQUIRE(sum.len == (sum.algorithm == TUS_SHA1 ? 20 : DIGEST_LEN));
	buf_init(&text, 64);
	digest_base64(&text, sum.digest, sum.len);
	text.ptr[text.len - 1] = '\0'; /* the padding need not be there */
	REQUIRE(fuzz_contains(field, text.ptr));
	buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice field = slice_mem(data, size);
	struct err e = ERR_INIT;
	int64_t n = -7;

	metadata(field);
	checksum(field);
	if (tus_number_parse(field, "Upload-Offset", &n, &e) != ERR_OK)
		REQUIRE(n == -7);
	else
		REQUIRE(n >= 0);
	return 0;
}
