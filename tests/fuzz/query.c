/*
 * The parameters of a query.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/query.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice query = slice_mem(data, size);
	struct query_value v = { .len = SIZE_MAX };
	struct err e = ERR_INIT;
	int64_t n = -7;

	if (query_find(query, "after", &v, &e) == ERR_OK) {
		REQUIRE(v.len <= QUERY_VALUE_MAX && v.len <= size);
		REQUIRE(v.text[v.len] == '\0');
		REQUIRE(slice_is_text(slice_mem(v.text, v.len)));
		REQUIRE(v.given || v.len == 0);
		REQUIRE((query_view(&v).ptr != NULL) == v.given);
	} else {
		REQUIRE(v.len == SIZE_MAX && e.code == ERR_SYNTAX);
	}
	if (query_int(query, "limit", 1, 1000, &n, &e) != ERR_OK)
		REQUIRE(n == -7);
	REQUIRE(n == -7 || (n >= 1 && n <= 1000));
	return 0;
}
