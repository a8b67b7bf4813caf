/* SPDX-License-Identifier: ISC */
#include "base/slice.h"

#include <check.h>

START_TEST(cut_takes_the_head_and_leaves_the_rest)
{
	struct slice rest = SLICE_LIT("a=b=c"), head;

	head = slice_cut(&rest, '=');
	ck_assert(slice_eq_str(head, "a"));
	ck_assert(slice_eq_str(rest, "b=c"));
	slice_cut(&rest, '=');
	head = slice_cut(&rest, '=');
	ck_assert(slice_eq_str(head, "c"));
	ck_assert_ptr_null(rest.ptr);
}
END_TEST

START_TEST(cut_at_the_end_leaves_an_empty_rest_that_is_present)
{
	struct slice rest = SLICE_LIT("a=");

	slice_cut(&rest, '=');
	ck_assert_ptr_nonnull(rest.ptr);
	ck_assert_uint_eq(rest.len, 0);
}
END_TEST

START_TEST(comparison_looks_at_length_and_bytes)
{
	ck_assert(!slice_eq_str(SLICE_LIT("a"), "ab"));
	ck_assert(!slice_eq_str(SLICE_LIT("ab"), "a"));
	ck_assert(slice_eq_nocase(SLICE_LIT("Content-TYPE"), "content-type"));
	ck_assert(!slice_eq_nocase(SLICE_LIT("content"), "content-type"));
	ck_assert(!slice_eq_nocase(SLICE_LIT("content-type"), "content"));
	ck_assert(slice_eq(SLICE_NONE, SLICE_LIT("")));
}
END_TEST

START_TEST(trim_takes_only_spaces_and_tabs)
{
	ck_assert(slice_eq_str(slice_trim(SLICE_LIT(" \t a b\t ")), "a b"));
	ck_assert(slice_eq_str(slice_trim(SLICE_LIT("\na")), "\na"));
	ck_assert_uint_eq(slice_trim(SLICE_LIT("   ")).len, 0);
}
END_TEST

static const struct {
	int line;
	const char *text;
	bool good;
	uint64_t value;
} numbers[] = {
	{ __LINE__, "0", true, 0 },
	{ __LINE__, "18446744073709551615", true, UINT64_MAX },
	{ __LINE__, "18446744073709551616", false, 0 },
	{ __LINE__, "99999999999999999999999", false, 0 },
	{ __LINE__, "007", true, 7 },
	{ __LINE__, "", false, 0 },
	{ __LINE__, "-1", false, 0 },
	{ __LINE__, "+1", false, 0 },
	{ __LINE__, " 1", false, 0 },
	{ __LINE__, "1x", false, 0 },
};

START_TEST(uint_takes_digits_and_nothing_else)
{
	uint64_t n = 4711;
	bool good = slice_uint(slice_str(numbers[_i].text), &n);

	ck_assert_msg(good == numbers[_i].good, "line %d", numbers[_i].line);
	ck_assert_msg(n == (good ? numbers[_i].value : 4711), "line %d",
	    numbers[_i].line);
}
END_TEST

static const struct {
	int line;
	const char *bytes;
	bool text;
} texts[] = {
	{ __LINE__, "plain", true },
	{ __LINE__, "", true },
	{ __LINE__, "\xc3\xa9", true },
	{ __LINE__, "\xe2\x82\xac", true },
	{ __LINE__, "\xf0\x9f\x8c\x99", true },
	{ __LINE__, "\xf4\x8f\xbf\xbf", true },
	{ __LINE__, "\xc3", false },		 /* cut short */
	{ __LINE__, "\xc0\xaf", false },	 /* overlong */
	{ __LINE__, "\xe0\x9f\xbf", false },	 /* overlong */
	{ __LINE__, "\xed\xa0\x80", false },	 /* surrogate */
	{ __LINE__, "\xf4\x90\x80\x80", false }, /* beyond U+10FFFF */
	{ __LINE__, "\x80", false },
	{ __LINE__, "\xff", false },
	{ __LINE__, "ok \xe2\x82", false },
	{ __LINE__, "\xe2\x28\xa1", false },
};

START_TEST(text_is_utf8)
{
	ck_assert_msg(
	    slice_is_text(slice_str(texts[_i].bytes)) == texts[_i].text,
	    "line %d", texts[_i].line);
}
END_TEST

START_TEST(text_has_no_nul)
{
	ck_assert(!slice_is_text(slice_mem("a\0b", 3)));
}
END_TEST

Suite *slice_suite(void);

Suite *
slice_suite(void)
{
	Suite *s = suite_create("base/slice");
	TCase *t = tcase_create("slice");

	tcase_add_test(t, cut_takes_the_head_and_leaves_the_rest);
	tcase_add_test(t, cut_at_the_end_leaves_an_empty_rest_that_is_present);
	tcase_add_test(t, comparison_looks_at_length_and_bytes);
	tcase_add_test(t, trim_takes_only_spaces_and_tabs);
	tcase_add_loop_test(t, uint_takes_digits_and_nothing_else, 0,
	    sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_loop_test(
	    t, text_is_utf8, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(t, text_has_no_nul);
	suite_add_tcase(s, t);
	return s;
}
