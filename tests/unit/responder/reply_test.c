/* SPDX-License-Identifier: ISC */
#include "responder/reply.h"

#include <check.h>
#include <string.h>

#include "responder/exchange.h"

static bool
collect(struct exchange *x, const void *p, size_t len)
{
	return buf_append(x->io, p, len);
}

static const struct transport transport = { NULL, collect };
static struct buf out;
static struct exchange x;
static struct reply r;

static void
setup(void)
{
	buf_init(&out, 1000000);
	x = (struct exchange) { .transport = &transport, .io = &out };
	reply_init(&r, &x);
	reply_start(&r, 200, SLICE_NONE, CACHE_NONE);
}

static void
teardown(void)
{
	reply_fini(&r);
	buf_fini(&out);
}

START_TEST(no_value_ends_a_line)
{
	ck_assert(!reply_field(&r, "X", SLICE_LIT("a\r\nSet-Cookie: b")));
	ck_assert(!reply_field(&r, "X", SLICE_LIT("a\nb")));
	ck_assert(!reply_field(&r, "X", SLICE_LIT("a\0b")));
	ck_assert(reply_field(&r, "Y", SLICE_LIT("c")));
	reply_send(&r, "text/plain", SLICE_LIT("d"));
	ck_assert_ptr_null(strstr(out.ptr, "X: "));
	ck_assert_ptr_nonnull(strstr(out.ptr, "\r\nY: c\r\n"));
	ck_assert_ptr_nonnull(
	    strstr(out.ptr, "\r\nContent-Length: 1\r\n\r\nd"));
}
END_TEST

START_TEST(a_reason_that_would_end_the_line_is_replaced)
{
	reply_start(&r, 404, SLICE_LIT("a\r\nb"), CACHE_NONE);
	reply_send_empty(&r);
	ck_assert(strncmp(out.ptr, "Status: 404 Not Found\r\n", 23) == 0);
}
END_TEST

START_TEST(it_can_begin_again)
{
	reply_field(&r, "X", SLICE_LIT("a"));
	reply_start(&r, 304, SLICE_NONE, CACHE_STORED);
	reply_send_empty(&r);
	ck_assert_ptr_null(strstr(out.ptr, "X: "));
	ck_assert_ptr_null(strstr(out.ptr, "200"));
}
END_TEST

START_TEST(a_header_that_does_not_fit_is_an_error)
{
	static char big[300000];

	memset(big, 'x', sizeof(big));
	ck_assert(!reply_field(&r, "X", slice_mem(big, sizeof(big))));
	reply_send(&r, "text/plain", SLICE_LIT("d"));
	ck_assert(strncmp(out.ptr, "Status: 500 ", 12) == 0);
	ck_assert_uint_lt(out.len, 1000);
	ck_assert_str_eq(strstr(out.ptr, "\r\n\r\n"), "\r\n\r\n");
}
END_TEST

START_TEST(head_has_the_length_and_not_the_body)
{
	r.head = true;
	reply_send(&r, "text/plain", SLICE_LIT("body"));
	ck_assert_ptr_nonnull(strstr(out.ptr, "\r\nContent-Length: 4\r\n\r\n"));
	ck_assert_ptr_null(strstr(out.ptr, "body"));
}
END_TEST

Suite *reply_suite(void);

Suite *
reply_suite(void)
{
	Suite *s = suite_create("responder/reply");
	TCase *t = tcase_create("reply");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, no_value_ends_a_line);
	tcase_add_test(t, a_reason_that_would_end_the_line_is_replaced);
	tcase_add_test(t, it_can_begin_again);
	tcase_add_test(t, a_header_that_does_not_fit_is_an_error);
	tcase_add_test(t, head_has_the_length_and_not_the_body);
	suite_add_tcase(s, t);
	return s;
}
