/*
 * What we write as JSON is JSON: a small program that writes.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/json_put.h"

#include <jansson.h>

#include "base/clock.h"
#include "fuzz.h"

#define DEPTH 32

struct writer {
	struct buf out;
	char open[DEPTH]; /* which brackets are */
	int depth;
};

static void
put_value(struct writer *w, char op, struct slice arg)
{
	switch (op) {
	case 'i':
		json_put_int(&w->out, (int64_t)arg.len * 1000003 - 500);
		break;
	case 'b':
		json_put_bool(&w->out, arg.len % 2 != 0);
		break;
	case 't':
		json_put_time(&w->out,
		    arg.len == 0 ? TIME_NONE : (int64_t)arg.len * 86400000000);
		break;
	case 'n':
		json_put_text(&w->out, SLICE_NONE);
		break;
	default:
		if (slice_is_text(arg))
			json_put_text(&w->out, arg);
		else
			json_put_text(&w->out, SLICE_LIT("(not text)"));
	}
}

/* One line: what to write, and with what. */
static void
step(struct writer *w, struct slice line, int number)
{
	char op = line.len > 0 ? line.ptr[0] : 's', name[16];
	struct slice arg =
	    line.len > 0 ? slice_mem(line.ptr + 1, line.len - 1) : line;

	if (op == ')') {
		if (w->depth > 1)
			json_put_close(&w->out, w->open[--w->depth]);
		return;
	}
	if (w->open[w->depth - 1] == '}') {
		snprintf(name, sizeof(name), "m%d", number);
		json_put_name(&w->out, name);
	}
	if ((op == '{' || op == '[') && w->depth < DEPTH) {
		json_put_open(&w->out, op);
		w->open[w->depth++] = op == '{' ? '}' : ']';
	} else {
		put_value(w, op, arg);
	}
}

/* A text comes back as it was. */
static void
check_text(struct slice s)
{
	struct buf b;
	json_t *read;

	buf_init(&b, 1 << 24);
	json_put_text(&b, s);
	read = json_loadb(b.ptr, b.len, JSON_DECODE_ANY, NULL);
	REQUIRE(json_is_string(read));
	REQUIRE(slice_eq(
	    s, slice_mem(json_string_value(read), json_string_length(read))));
	json_decref(read);
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_mem(data, size);
	struct writer w = { .depth = 0 };
	json_t *read;
	int n = 0;

	if (slice_is_text(rest))
		check_text(slice_mem(size > 0 ? rest.ptr : "", size));
	buf_init(&w.out, 1 << 24);
	json_put_open(&w.out, '[');
	w.open[w.depth++] = ']';
	while (rest.ptr != NULL)
		step(&w, slice_cut(&rest, '\n'), n++);
	while (w.depth > 0)
		json_put_close(&w.out, w.open[--w.depth]);
	REQUIRE(!w.out.failed);
	read = json_loadb(w.out.ptr, w.out.len, JSON_REJECT_DUPLICATES, NULL);
	REQUIRE(json_is_array(read));
	json_decref(read);
	buf_fini(&w.out);
	return 0;
}
