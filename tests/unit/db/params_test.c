/* SPDX-License-Identifier: ISC */
#include "db/params.h"

#include <check.h>
#include <string.h>

#include "base/clock.h"

Suite *params_suite(void);

static struct params p;

static void
setup(void)
{
	params_init(&p);
}

static void
teardown(void)
{
	params_fini(&p);
}

static void
expect(int i, const void *bytes, size_t len)
{
	ck_assert(!p.value[i].null);
	ck_assert_int_eq(p.value[i].len, (int)len);
	ck_assert_mem_eq(p.arena.ptr + p.value[i].offset, bytes, len);
}

START_TEST(scalars_are_in_network_order)
{
	params_bool(&p, true);
	params_int4(&p, -2);
	params_int8(&p, INT64_C(0x0102030405060708));
	params_text(&p, SLICE_LIT("abc"));
	ck_assert_int_eq(p.count, 4);
	expect(0, "\1", 1);
	expect(1, "\xff\xff\xff\xfe", 4);
	expect(2, "\1\2\3\4\5\6\7\10", 8);
	expect(3, "abc", 3);
}
END_TEST

START_TEST(a_time_counts_from_the_year_2000)
{
	params_time(&p, INT64_C(946684800000001));
	params_time(&p, TIME_NONE);
	params_time(&p, INT64_MAX);
	expect(0, "\0\0\0\0\0\0\0\1", 8);
	ck_assert(p.value[1].null);
	expect(2, "\x7f\xff\xff\xff\xff\xff\xff\xff", 8);
}
END_TEST

START_TEST(absent_is_null_and_empty_is_not)
{
	params_text(&p, SLICE_NONE);
	params_bytes(&p, SLICE_LIT(""));
	params_bytes_lent(&p, SLICE_NONE);
	params_bytes_lent(&p, SLICE_LIT(""));
	ck_assert(p.value[0].null);
	ck_assert(!p.value[1].null);
	ck_assert(p.value[2].null);
	ck_assert(!p.value[3].null);
}
END_TEST

START_TEST(lent_bytes_are_not_copied)
{
	static const char lent[] = "lent";

	params_bytes_lent(&p, SLICE_LIT(lent));
	ck_assert_ptr_eq(p.value[0].lent, lent);
	ck_assert_int_eq(p.value[0].len, 4);
	ck_assert_uint_eq(p.arena.len, 0);
}
END_TEST

START_TEST(an_array_has_a_header_and_items)
{
	static const char want[] = "\0\0\0\1"
				   "\0\0\0\1"
				   "\0\0\0\x19"
				   "\0\0\0\3"
				   "\0\0\0\1"
				   "\0\0\0\2"
				   "hi"
				   "\xff\xff\xff\xff"
				   "\0\0\0\0";

	params_int4(&p, 7);
	params_array_begin(&p, PARAM_TEXT);
	params_item_text(&p, SLICE_LIT("hi"));
	params_item_null(&p);
	params_item_text(&p, SLICE_LIT(""));
	params_array_end(&p);
	ck_assert_int_eq(p.count, 2);
	expect(1, want, sizeof(want) - 1);
}
END_TEST

START_TEST(an_array_may_be_empty)
{
	static const char want[] = "\0\0\0\1"
				   "\0\0\0\0"
				   "\0\0\0\x14"
				   "\0\0\0\0"
				   "\0\0\0\1";

	params_array_begin(&p, PARAM_INT8);
	params_array_end(&p);
	expect(0, want, sizeof(want) - 1);
}
END_TEST

START_TEST(failure_is_sticky)
{
	static char large[1 << 20];

	for (int i = 0; i < 65; i++)
		params_bytes(&p, slice_mem(large, i < 64 ? sizeof(large) : 1));
	ck_assert(p.arena.failed);
	params_reset(&p);
	ck_assert(!p.arena.failed);
}
END_TEST

START_TEST(too_many_values_are_a_failure)
{
	for (int i = 0; i < PARAMS_MAX; i++)
		params_bool(&p, true);
	ck_assert(!p.arena.failed);
	params_array_begin(&p, PARAM_BOOL);
	params_item_bool(&p, true);
	params_array_end(&p);
	ck_assert(p.arena.failed);
	ck_assert_int_eq(p.count, PARAMS_MAX);
}
END_TEST

Suite *
params_suite(void)
{
	Suite *s = suite_create("db/params");
	TCase *t = tcase_create("params");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, scalars_are_in_network_order);
	tcase_add_test(t, a_time_counts_from_the_year_2000);
	tcase_add_test(t, absent_is_null_and_empty_is_not);
	tcase_add_test(t, lent_bytes_are_not_copied);
	tcase_add_test(t, an_array_has_a_header_and_items);
	tcase_add_test(t, an_array_may_be_empty);
	tcase_add_test(t, failure_is_sticky);
	tcase_add_test(t, too_many_values_are_a_failure);
	suite_add_tcase(s, t);
	return s;
}
