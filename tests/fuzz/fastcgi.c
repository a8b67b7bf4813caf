/*
 * What a FastCGI application sends, whole and in pieces.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/fastcgi.h"

#include "base/buf.h"
#include "fuzz.h"

struct got {
	struct fastcgi_reader reader;
	struct buf out, log;
};

static void
give(struct got *g, const uint8_t *data, size_t size)
{
	/* Memory of its own, so that a read beyond it is seen. */
	char *copy = malloc(size);
	struct slice in = slice_mem(copy, size);
	struct fastcgi_piece p;

	REQUIRE(size == 0 || copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	while (fastcgi_next(&g->reader, &in, &p)) {
		REQUIRE(!g->reader.ended && p.data.len > 0);
		REQUIRE(p.data.ptr >= copy &&
			p.data.ptr + p.data.len <= copy + size);
		buf_slice(p.type == FASTCGI_STDOUT ? &g->out : &g->log, p.data);
	}
	REQUIRE(
	    in.len == 0 || g->reader.ended || g->reader.why.code == ERR_SYNTAX);
	free(copy);
}

static void
read_all(struct got *g, const uint8_t *data, size_t size, size_t step)
{
	fastcgi_reader_init(&g->reader, 1);
	buf_init(&g->out, size);
	buf_init(&g->log, size);
	for (size_t at = 0; at < size; at += step)
		give(g, data + at, size - at < step ? size - at : step);
	REQUIRE(!g->out.failed && !g->log.failed);
	REQUIRE(!g->reader.ended || g->reader.why.code == ERR_OK);
	REQUIRE(g->reader.begun == (size > 0));
}

static void
fini(struct got *g)
{
	buf_fini(&g->out);
	buf_fini(&g->log);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct got whole, pieces;

	read_all(&whole, data, size, size + 1);
	read_all(&pieces, data, size, size > 0 ? data[0] % 13 + 1 : 1);
	REQUIRE(slice_eq(buf_view(&whole.out), buf_view(&pieces.out)));
	REQUIRE(slice_eq(buf_view(&whole.log), buf_view(&pieces.log)));
	REQUIRE(whole.reader.ended == pieces.reader.ended);
	REQUIRE(whole.reader.excess == pieces.reader.excess);
	REQUIRE(whole.reader.app_status == pieces.reader.app_status);
	REQUIRE(strcmp(whole.reader.why.text, pieces.reader.why.text) == 0);
	fini(&whole);
	fini(&pieces);
	return 0;
}
