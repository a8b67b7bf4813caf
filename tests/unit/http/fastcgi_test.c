/* SPDX-License-Identifier: ISC */
#include "http/fastcgi.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *fastcgi_suite(void);

/* Records as an application sends them. */
#define OUT(len) "\x01\x06\x00\x01\x00" len "\x00\x00"
#define LOG(len) "\x01\x07\x00\x01\x00" len "\x00\x00"
#define END "\x01\x03\x00\x01\x00\x08\x00\x00"
#define BYTES(s) (s), sizeof(s) - 1

#define ID 0x1234 /* of what is sent */

static const struct {
	int line;
	const char *bytes;
	size_t len;
	const char *out, *log;
	bool ended, excess;
	unsigned app, protocol;
	const char *why; /* a word of it; NULL: it is FastCGI */
} answers[] = {
	{ __LINE__, BYTES(""), "", "", false, false, 0, 0, NULL },
	{ __LINE__, BYTES(OUT("\x02") "ab" LOG("\x01") "!" OUT("\x01") "c"),
	    "abc", "!", false, false, 0, 0, NULL },
	{ __LINE__, BYTES(OUT("\x01") "a" END "\0\0\0\0\0\0\0\0"), "a", "",
	    true, false, 0, 0, NULL },
	{ __LINE__, BYTES(END "\x01\x02\x03\x04\x02xyz"), "", "", true, false,
	    0x01020304, FASTCGI_OVERLOADED, NULL },
	/* padding, empty records, and those that are about no request */
	{ __LINE__,
	    BYTES("\x01\x06\x00\x01\x00\x01\x03\x00"
		  "a...\x01\x0a\x00\x00\x00\x02\x01\x00??.\x01\x0b\x00\x00"
		  "\x00\x00\x00\x00" LOG("\x00") OUT("\x00") OUT("\x00")),
	    "a", "", false, false, 0, 0, NULL },
	/* behind the end: only padding is nothing */
	{ __LINE__,
	    BYTES("\x01\x03\x00\x01\x00\x08\x02\x00"
		  "\0\0\0\0\0\0\0\0"
		  "12"),
	    "", "", true, false, 0, 0, NULL },
	{ __LINE__,
	    BYTES("\x01\x03\x00\x01\x00\x08\x02\x00"
		  "\0\0\0\0\0\0\0\0"
		  "123"),
	    "", "", true, true, 0, 0, NULL },
	{ __LINE__, BYTES(END "\0\0\0\0\0\0\0\0" OUT("\x01") "a"), "", "", true,
	    true, 0, 0, NULL },
	/* no FastCGI, or none for us */
	{ __LINE__, BYTES("HTTP/1.1"), "", "", false, false, 0, 0, "byte 72" },
	{ __LINE__,
	    BYTES("\x01\x06\x00\x02\x00\x01\x00\x00"
		  "a"),
	    "", "", false, false, 0, 0, "request 2" },
	{ __LINE__,
	    BYTES("\x01\x06\x01\x01\x00\x01\x00\x00"
		  "a"),
	    "", "", false, false, 0, 0, "request 257" },
	{ __LINE__,
	    BYTES("\x01\x06\x00\x00\x00\x01\x00\x00"
		  "a"),
	    "", "", false, false, 0, 0, "type 6 for request 0" },
	{ __LINE__, BYTES("\x01\x00\x00\x01\x00\x00\x00\x00"), "", "", false,
	    false, 0, 0, "type 0" },
	{ __LINE__, BYTES("\x01\x01\x00\x01\x00\x08\x00\x00"), "", "", false,
	    false, 0, 0, "type 1" },
	{ __LINE__, BYTES("\x01\x03\x00\x01\x00\x07\x00\x00"), "", "", false,
	    false, 0, 0, "7 bytes" },
	{ __LINE__, BYTES("\x01\x03\x00\x01\xff\xff\x00\x00"), "", "", false,
	    false, 0, 0, "65535 bytes" },
	{ __LINE__, BYTES(OUT("\x00") OUT("\x01") "a"), "", "", false, false, 0,
	    0, "behind the end" },
};

struct got {
	struct fastcgi_reader reader;
	struct buf out, log;
};

static void
give(struct got *g, const char *p, size_t len)
{
	struct slice in = slice_mem(p, len);
	struct fastcgi_piece piece;

	while (fastcgi_next(&g->reader, &in, &piece))
		buf_slice(piece.type == FASTCGI_STDOUT ? &g->out : &g->log,
		    piece.data);
}

static void
check_answer(size_t i, const struct got *g)
{
	const struct fastcgi_reader *r = &g->reader;
	int line = answers[i].line;

	ck_assert_msg(slice_eq_str(buf_view(&g->out), answers[i].out),
	    "line %d: %s", line, g->out.ptr);
	ck_assert_msg(
	    slice_eq_str(buf_view(&g->log), answers[i].log), "line %d", line);
	ck_assert_msg(r->ended == answers[i].ended, "line %d", line);
	ck_assert_msg(r->excess == answers[i].excess, "line %d", line);
	ck_assert_msg(r->app_status == answers[i].app, "line %d", line);
	ck_assert_msg(
	    r->protocol_status == answers[i].protocol, "line %d", line);
	if (answers[i].why == NULL)
		ck_assert_msg(
		    r->why.code == ERR_OK, "line %d: %s", line, r->why.text);
	else
		ck_assert_msg(r->why.code == ERR_SYNTAX &&
				  strstr(r->why.text, answers[i].why) != NULL,
		    "line %d: %s", line, r->why.text);
}

/* However the bytes come: in pieces of one size, from one to all. */
START_TEST(reads)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		for (size_t size = 1; size <= answers[i].len + 1; size++) {
			struct got g;

			fastcgi_reader_init(&g.reader, 1);
			buf_init(&g.out, 100);
			buf_init(&g.log, 100);
			for (size_t at = 0; at < answers[i].len; at += size) {
				size_t left = answers[i].len - at;

				give(&g, answers[i].bytes + at,
				    left < size ? left : size);
			}
			check_answer(i, &g);
			buf_fini(&g.out);
			buf_fini(&g.log);
		}
}
END_TEST

START_TEST(request)
{
	char a[] = "A=b", empty[] = "EMPTY=", none[] = "no variable";
	char *const variables[] = { a, empty, none, NULL };
	static const char want[] = "\x01\x01\x12\x34\x00\x08\x00\x00"
				   "\x00\x01\x01\x00\x00\x00\x00\x00"
				   "\x01\x04\x12\x34\x00\x0b\x00\x00"
				   "\x01\x01"
				   "Ab"
				   "\x05\x00"
				   "EMPTY"
				   "\x01\x04\x12\x34\x00\x00\x00\x00"
				   "\x01\x05\x12\x34\x00\x03\x00\x00"
				   "xyz"
				   "\x01\x05\x12\x34\x00\x00\x00\x00";
	struct buf b;

	buf_init(&b, 1000);
	fastcgi_put_request(&b, ID, variables);
	fastcgi_put_input(&b, ID, SLICE_LIT("xyz"));
	fastcgi_put_input(&b, ID, SLICE_LIT(""));
	fastcgi_put_input_end(&b, ID);
	ck_assert_uint_eq(b.len, sizeof(want) - 1);
	ck_assert_mem_eq(b.ptr, want, b.len);
	buf_fini(&b);
}
END_TEST

/* The content of all records of a type, one behind the other. */
static void
collect(const struct buf *b, int type, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)b->ptr;
	size_t at = 0, len;

	buf_init(out, 1 << 20);
	for (; at < b->len; at += 8 + len) {
		ck_assert_uint_le(at + 8, b->len);
		len = (size_t)p[at + 4] << 8 | p[at + 5];
		ck_assert_uint_le(at + 8 + len, b->len);
		ck_assert_int_eq(p[at], 1);
		ck_assert_int_eq(p[at + 6], 0);
		if (p[at + 1] == type)
			buf_append(out, p + at + 8, len);
	}
	ck_assert_uint_eq(at, b->len);
}

/* A value and a body longer than a record; lengths of 127 and 128. */
START_TEST(long_streams)
{
	static char value[131072], edge[2 + 127 + 1], over[2 + 128 + 1];
	char *const variables[] = { value, edge, over, NULL };
	struct buf b, params, input;

	memset(value, 'v', sizeof(value) - 1);
	memset(edge, 'e', sizeof(edge) - 1);
	memset(over, 'o', sizeof(over) - 1);
	value[1] = edge[1] = over[1] = '=';
	buf_init(&b, 1 << 20);
	fastcgi_put_request(&b, ID, variables);
	fastcgi_put_input(&b, ID, slice_mem(value, sizeof(value) - 1));
	fastcgi_put_input_end(&b, ID);
	ck_assert(!b.failed);
	collect(&b, FASTCGI_PARAMS, &params);
	collect(&b, FASTCGI_STDIN, &input);
	ck_assert_uint_eq(
	    params.len, 5 + 1 + 131069 + 2 + 1 + 127 + 5 + 1 + 128);
	ck_assert_mem_eq(params.ptr, "\x01\x80\x01\xff\xfdvv", 7);
	ck_assert_mem_eq(params.ptr + 131075,
	    "\x01\x7f"
	    "ee",
	    4);
	ck_assert_mem_eq(params.ptr + 131205, "\x01\x80\x00\x00\x80oo", 7);
	ck_assert_uint_eq(input.len, sizeof(value) - 1);
	ck_assert_mem_eq(input.ptr, value, input.len);
	buf_fini(&b);
	buf_fini(&params);
	buf_fini(&input);
}
END_TEST

/* Where it does not fit nothing is written beyond, and it is known. */
START_TEST(no_room)
{
	char name[] = "NAME=some value";
	char *const variables[] = { name, NULL };

	for (size_t limit = 0; limit < 70; limit++) {
		struct buf b;

		buf_init(&b, limit);
		fastcgi_put_request(&b, ID, variables);
		fastcgi_put_input(&b, ID, SLICE_LIT("xyz"));
		fastcgi_put_input_end(&b, ID);
		ck_assert_int_eq(b.failed, limit < 16 + 8 + 16 + 8 + 11 + 8);
		buf_fini(&b);
	}
}
END_TEST

Suite *
fastcgi_suite(void)
{
	Suite *s = suite_create("http/fastcgi");
	TCase *t = tcase_create("fastcgi");

	tcase_add_test(t, reads);
	tcase_add_test(t, request);
	tcase_add_test(t, long_streams);
	tcase_add_test(t, no_room);
	suite_add_tcase(s, t);
	return s;
}
