/*
 * Idempotency-Key.
 *
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"
#include "http/fields.h"

/* As a structured string (RFC 9651 §4.1.6). */
static size_t
write_string(const struct field_key *key, char out[2 * FIELD_KEY_MAX + 2])
{
	size_t n = 0;

	out[n++] = '"';
	for (size_t i = 0; i < key->len; i++) {
		if (key->text[i] == '"' || key->text[i] == '\\')
			out[n++] = '\\';
		out[n++] = key->text[i];
	}
	out[n++] = '"';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct field_key key = { .len = SIZE_MAX }, again;
	struct err e = ERR_INIT;
	char text[2 * FIELD_KEY_MAX + 2];
	size_t len;

	if (field_key_parse(slice_mem(data, size), &key, &e) != ERR_OK) {
		REQUIRE(key.len == SIZE_MAX);
		REQUIRE(e.text[0] != '\0');
		return 0;
	}
	REQUIRE(key.len >= 1 && key.len <= FIELD_KEY_MAX);
	for (size_t i = 0; i < key.len; i++)
		REQUIRE(key.text[i] >= 0x20 && key.text[i] <= 0x7e);
	len = write_string(&key, text);
	REQUIRE(field_key_parse(slice_mem(text, len), &again, &e) == ERR_OK);
	REQUIRE(slice_eq(
	    slice_mem(key.text, key.len), slice_mem(again.text, again.len)));
	return 0;
}
