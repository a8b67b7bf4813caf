/*
 * Stored header fields, what the queue lists, and a status: lines.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/served.h"

#include "fuzz.h"

static void
look(void *ctx, const char *name, struct slice value)
{
	static const char *const never[] = { "Set-Cookie", "Connection",
		"Transfer-Encoding", "X-Sendfile", "X-Accel-Redirect",
		"Content-Length", "Status", "X-Content-Type-Options" };
	int *count = ctx;

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		REQUIRE(strcasecmp(name, never[i]) != 0);
	REQUIRE(!fuzz_breaks_line(slice_str(name)));
	REQUIRE(value.ptr != NULL);
	++*count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice fields = slice_mem(data, size);
	struct slice extra = fields, status;
	struct err e = ERR_INIT;
	int count = 0;
	uint64_t n = 200;

	fields = slice_cut(&extra, '\n');
	status = extra;
	extra = slice_cut(&status, '\n');
	if (!slice_uint(status, &n) || n > 599)
		n = 200;
	if (served_fields(fields, extra, (int)n, look, &count, &e) != ERR_OK)
		REQUIRE(e.code == ERR_SHAPE);
	return 0;
}
