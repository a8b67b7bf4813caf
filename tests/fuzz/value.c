/*
 * Field values, URIs, lists, numbers and text.
 *
 * SPDX-License-Identifier: ISC
 */
#include <jansson.h>

#include "base/clock.h"
#include "fuzz.h"
#include "http/fields.h"
#include "http/list.h"
#include "http/percent.h"

/* Cutting loses nothing but the separators. */
static void
cut_list(struct slice s, char c)
{
	size_t left = s.len, seen = 0;
	const char *from = s.ptr;

	while (s.ptr != NULL) {
		struct slice head = list_cut(&s, c);
		struct slice inner = list_unquote(head);

		REQUIRE(head.ptr == from + seen);
		REQUIRE(inner.len == head.len || inner.len + 2 == head.len);
		seen += head.len + (s.ptr != NULL);
		REQUIRE(seen <= left);
	}
	REQUIRE(seen == left);
}

/* A segment of a path is a URI's, and is read back as it was. */
static void
put_segment(struct slice s)
{
	struct buf b;
	char *text;
	long n;

	buf_init(&b, 1 << 20);
	REQUIRE(field_uri_segment(&b, s) && field_uri_ok(buf_view(&b)));
	REQUIRE(b.len == 0 || memchr(b.ptr, '/', b.len) == NULL);
	text = malloc(b.len + 1);
	REQUIRE(text != NULL);
	n = percent_decode(buf_view(&b), text);
	REQUIRE(n == (long)s.len);
	REQUIRE(n == 0 || memcmp(text, s.ptr, s.len) == 0);
	free(text);
	buf_fini(&b);
}

static void
read_number(struct slice s)
{
	uint64_t n = 4711;
	char text[24];
	size_t zeros = 0;

	if (!slice_uint(s, &n)) {
		REQUIRE(n == 4711);
		return;
	}
	while (zeros + 1 < s.len && s.ptr[zeros] == '0')
		zeros++;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	REQUIRE(slice_eq_str(slice_mem(s.ptr + zeros, s.len - zeros), text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_mem(data, size);
	struct slice trimmed = slice_trim(s);
	int64_t ms;
	json_t *text = json_stringn((const char *)data, size);

	REQUIRE(!field_value_ok(s) || !fuzz_breaks_line(s));
	REQUIRE(!field_uri_ok(s) || !fuzz_breaks_line(s));
	if (field_uri_ok(s) && size > 0)
		REQUIRE(memchr(data, '>', size) == NULL &&
			memchr(data, '"', size) == NULL &&
			memchr(data, ' ', size) == NULL);
	REQUIRE(slice_eq(trimmed, slice_trim(trimmed)));
	/* Two readers of UTF-8 agree. */
	REQUIRE(
	    slice_is_text(s) ==
	    (text != NULL && (size == 0 || memchr(data, '\0', size) == NULL)));
	json_decref(text);
	cut_list(s, ',');
	cut_list(s, ';');
	put_segment(s);
	read_number(s);
	if (duration_parse(s, &ms))
		REQUIRE(ms >= 0 && ms <= INT64_C(366) * 86400 * 1000);
	return 0;
}
