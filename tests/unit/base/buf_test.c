/* SPDX-License-Identifier: ISC */
#include "base/buf.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

START_TEST(grows_and_stays_terminated)
{
	struct buf b;
	int i;

	buf_init(&b, 10000);
	for (i = 0; i < 1000; i++)
		ck_assert(buf_puts(&b, "0123456789"));
	ck_assert_uint_eq(b.len, 10000);
	ck_assert_uint_eq(strlen(b.ptr), 10000);
	buf_fini(&b);
}
END_TEST

START_TEST(the_limit_is_hard_and_the_failure_sticks)
{
	struct buf b;

	buf_init(&b, 4);
	ck_assert(buf_puts(&b, "abc"));
	ck_assert(!buf_puts(&b, "de"));
	ck_assert(!buf_puts(&b, "d")); /* would fit, but a piece is missing */
	ck_assert(b.failed);
	ck_assert_str_eq(b.ptr, "abc");
	buf_reset(&b);
	ck_assert(!b.failed);
	ck_assert(buf_puts(&b, "abcd"));
	ck_assert(!buf_putc(&b, 'e'));
	buf_fini(&b);
}
END_TEST

START_TEST(printf_fits_or_grows)
{
	struct buf b;

	buf_init(&b, 1000);
	for (size_t n = 1; b.len + n <= 1000; n++) {
		ck_assert(buf_printf(&b, "%0*d", (int)n, 7));
		ck_assert_uint_eq(b.len, n * (n + 1) / 2);
		ck_assert_uint_eq(strlen(b.ptr), b.len);
		ck_assert_int_eq(b.ptr[b.len - 1], '7');
	}
	buf_fini(&b);
}
END_TEST

START_TEST(printf_fails_whole)
{
	struct buf b;

	buf_init(&b, 64);
	ck_assert(buf_printf(&b, "%s-%d", "a", 42));
	ck_assert_str_eq(b.ptr, "a-42");
	ck_assert(!buf_printf(&b, "%0100d", 1));
	ck_assert_str_eq(b.ptr, "a-42");
	ck_assert(!buf_printf(&b, "x")); /* sticky */
	ck_assert_str_eq(b.ptr, "a-42");
	buf_fini(&b);
}
END_TEST

START_TEST(a_length_near_the_top_does_not_wrap)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	ck_assert(buf_puts(&b, "x"));
	ck_assert_ptr_null(buf_room(&b, SIZE_MAX - 1));
	ck_assert(b.failed);
	buf_fini(&b);
}
END_TEST

START_TEST(an_empty_buffer_views_as_present)
{
	struct buf b;

	buf_init(&b, 8);
	ck_assert_ptr_nonnull(buf_view(&b).ptr);
	ck_assert_uint_eq(buf_view(&b).len, 0);
	ck_assert(buf_append(&b, NULL, 0));
	buf_fini(&b);
}
END_TEST

Suite *buf_suite(void);

Suite *
buf_suite(void)
{
	Suite *s = suite_create("base/buf");
	TCase *t = tcase_create("buf");

	tcase_add_test(t, grows_and_stays_terminated);
	tcase_add_test(t, the_limit_is_hard_and_the_failure_sticks);
	tcase_add_test(t, printf_fits_or_grows);
	tcase_add_test(t, printf_fails_whole);
	tcase_add_test(t, a_length_near_the_top_does_not_wrap);
	tcase_add_test(t, an_empty_buffer_views_as_present);
	suite_add_tcase(s, t);
	return s;
}
