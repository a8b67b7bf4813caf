/*
 * The header of a handler's answer.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/cgi_response.h"

#include "fuzz.h"

/* The header's end is the same however the bytes come. */
static size_t
find_end(struct slice bytes)
{
	size_t line = 0, step = 0, end = 0;
	size_t whole = cgi_header_end(bytes, &(size_t) { 0 });

	for (size_t n = 1; n <= bytes.len && end == 0; n += 1 + step++ % 7)
		end = cgi_header_end(slice_mem(bytes.ptr, n), &line);
	if (end == 0)
		end = cgi_header_end(bytes, &line);
	REQUIRE(end == whole && end <= bytes.len);
	return end;
}

static void
check(const struct cgi_response *r, size_t size)
{
	struct slice rest = r->fields;
	struct cgi_field f;
	size_t count = 0;

	REQUIRE(r->status >= 200 && r->status <= 599);
	REQUIRE(!fuzz_breaks_line(r->reason));
	while (cgi_field_next(&rest, &f)) {
		REQUIRE(f.name.len > 0 && f.name.len + f.value.len < size);
		REQUIRE(!fuzz_breaks_line(f.name));
		REQUIRE(!fuzz_breaks_line(f.value));
		REQUIRE(!slice_eq_nocase(f.name, "Status"));
		REQUIRE(++count < size);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice header = slice_mem(data, size);
	struct cgi_response r = { .status = -1 };
	struct err e = ERR_INIT;
	size_t end = find_end(header);

	if (end > 0)
		header.len = end;
	if (cgi_response_parse(header, &r, &e) == ERR_OK)
		check(&r, size);
	else
		REQUIRE(r.status == -1 && e.text[0] != '\0');
	return 0;
}
