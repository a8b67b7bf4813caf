/*
 * The header of an answer: no value makes a line of its own.  Lines:
 * the reason phrase, then values.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/reply.h"

#include "fuzz.h"
#include "responder/exchange.h"

static bool
gather(struct exchange *x, const void *p, size_t len)
{
	return buf_append(x->io, p, len);
}

static size_t
count(struct slice s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == c;
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct transport transport = { NULL, gather };
	struct slice rest = slice_mem(data, size);
	struct slice reason = slice_cut(&rest, '\xff');
	struct exchange x = { .transport = &transport };
	struct buf out;
	struct reply r;
	size_t lines = 5; /* reply_start's */

	buf_init(&out, 1 << 20);
	x.io = &out;
	reply_init(&r, &x);
	reply_start(&r, 200, reason, CACHE_NONE);
	while (rest.ptr != NULL)
		lines += reply_field(&r, "X-Any", slice_cut(&rest, '\xff'));
	reply_send_empty(&r);
	REQUIRE(count(buf_view(&out), '\n') == lines + 1);
	REQUIRE(count(buf_view(&out), '\r') == lines + 1);
	REQUIRE(count(buf_view(&out), '\0') == 0);
	REQUIRE(memcmp(out.ptr, "Status: 200 ", 12) == 0);
	REQUIRE(memcmp(out.ptr + out.len - 4, "\r\n\r\n", 4) == 0);
	reply_fini(&r);
	buf_fini(&out);
	return 0;
}
