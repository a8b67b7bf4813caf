/*
 * What a handler says of its progress, in two pieces.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/progress.h"

#include "fuzz.h"

static const char *
newest(const uint8_t *data, size_t size, size_t cut, struct progress *p)
{
	*p = (struct progress) { .len = 0 };
	progress_reset(p);
	progress_add(p, (const char *)data, cut);
	progress_add(p, (const char *)data + cut, size - cut);
	return progress_next(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct progress whole, pieces;
	const char *a = newest(data, size, 0, &whole);
	const char *b =
	    newest(data, size, size > 0 ? data[0] % size : 0, &pieces);

	REQUIRE((a == NULL) == (b == NULL));
	if (a == NULL)
		return 0;
	REQUIRE(strcmp(a, b) == 0);
	REQUIRE(slice_is_text(slice_str(a)) && strlen(a) < PROGRESS_SIZE);
	REQUIRE(!fuzz_breaks_line(slice_str(a)) || strchr(a, '\r') != NULL);
	return 0;
}
