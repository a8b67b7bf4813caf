/*
 * A line of the log: nothing makes it two.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"

#include <unistd.h>

#include "fuzz.h"

#define LINE 4096

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *f;
	char name[32], line[LINE], *text = fuzz_string(slice_mem(data, size));
	size_t n;

	if (f == NULL) {
		REQUIRE((f = tmpfile()) != NULL);
		snprintf(name, sizeof(name), "/dev/fd/%d", fileno(f));
		REQUIRE(log_open(name, "fuzz", NULL) == ERR_OK);
	}
	REQUIRE(ftruncate(fileno(f), 0) == 0);
	log_event(LEVEL_ERROR, "%s", text);
	rewind(f);
	n = fread(line, 1, sizeof(line), f);
	REQUIRE(n > 1 && n < sizeof(line) && line[n - 1] == '\n');
	for (size_t i = 0; i < n - 1; i++)
		REQUIRE(line[i] >= 0x20 && line[i] <= 0x7e);
	free(text);
	return 0;
}
