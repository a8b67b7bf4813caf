/*
 * What anybody wrote never is markup: text put into HTML.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/html_put.h"

#include "fuzz.h"

static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;",
	"&#39;" };

static bool
is_entity(struct slice s)
{
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (s.len >= strlen(entities[i]) &&
		    memcmp(s.ptr, entities[i], strlen(entities[i])) == 0)
			return true;
	return false;
}

static void
check(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		REQUIRE(strchr("<>\"'", c) == NULL);
		REQUIRE(c >= 0x20 || c == '\t' || c == '\n');
		REQUIRE(c != 0x7f);
		if (c == '&')
			REQUIRE(is_entity(slice_mem(s.ptr + i, s.len - i)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_mem(size > 0 ? (const char *)data : "", size);
	struct buf b;
	size_t text;

	if (!slice_is_text(in))
		return 0;
	buf_init(&b, 1 << 24);
	html_txt(&b, in);
	text = b.len;
	html_attr(&b, in);
	REQUIRE(!b.failed && b.len >= 2 * size);
	REQUIRE(slice_is_text(buf_view(&b)));
	check(buf_view(&b));
	REQUIRE(b.len == 2 * text);
	buf_fini(&b);
	return 0;
}
