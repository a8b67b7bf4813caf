/*
 * JSON lines: the same whether they come at once or in pieces, and JSON is what
 * jansson takes for it.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/ndjson.h"

#include <jansson.h>

#include "fuzz.h"
#include "http/json_check.h"

#define LIMIT 64

struct found {
	int lines;
	int64_t number;
	enum err_code code;
	uint64_t hash; /* of the lines */
};

/* What jansson takes is JSON, but that a NUL ends its input.  (The other way
 * round there are numbers that it cannot hold, and it wants another depth.) */
static void
check_value(struct slice s)
{
	size_t at = SIZE_MAX;
	bool ok = json_check(s, &at);
	json_t *value =
	    json_loadb(s.ptr, s.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	REQUIRE(at <= s.len);
	REQUIRE(ok || value == NULL || s.len > JSON_CHECK_DEPTH ||
		memchr(s.ptr, '\0', s.len) != NULL);
	json_decref(value);
}

static void
mix(struct found *f, struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		f->hash = (f->hash ^ (unsigned char)line.ptr[i]) *
			  UINT64_C(1099511628211);
	f->hash ^= line.len;
	f->lines++;
}

/* Shown step bytes more at a time, each time in memory of its own size. */
static struct found
split(const uint8_t *data, size_t size, size_t step)
{
	struct found f = { .code = ERR_OK };
	struct ndjson n = { .limit = LIMIT };
	struct err e = ERR_INIT;
	size_t from = 0, have = 0;
	bool end = false;

	while (f.code == ERR_OK && !end) {
		size_t more = size - have < step ? size - have : step;
		struct slice rest, line;
		char *p;
		bool got;

		end = more == 0;
		have += more;
		p = malloc(have - from + (have == from));
		REQUIRE(p != NULL);
		memcpy(p, data + from, have - from);
		rest = slice_mem(p, have - from);
		do {
			f.code = ndjson_next(&n, &rest, end, &line, &got, &e);
			if (f.code == ERR_OK && got)
				mix(&f, line);
		} while (f.code == ERR_OK && got);
		from = have - rest.len;
		free(p);
	}
	REQUIRE(f.code != ERR_OK || from == size);
	f.number = n.line;
	return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct found whole, pieces;

	check_value(slice_mem(data, size));
	whole = split(data, size, size + 1);
	pieces = split(data, size, 1 + size / 7);
	REQUIRE(whole.code == ERR_OK || whole.code == ERR_LINE ||
		whole.code == ERR_TOO_LARGE);
	REQUIRE(whole.code == pieces.code && whole.lines == pieces.lines);
	REQUIRE(whole.number == pieces.number && whole.hash == pieces.hash);
	return 0;
}
