/* SPDX-License-Identifier: ISC */
#include "http/range.h"

#include <check.h>

#define MOST "9223372036854775807"

static const struct {
	int line;
	const char *field;
	int64_t size;
	enum range_kind kind;
	int64_t first, last;
} ranges[] = {
	{ __LINE__, NULL, 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=0-0", 10, RANGE_PART, 0, 0 },
	{ __LINE__, "bytes=0-9", 10, RANGE_PART, 0, 9 },
	{ __LINE__, "bytes=3-5", 10, RANGE_PART, 3, 5 },
	{ __LINE__, "bytes=3-", 10, RANGE_PART, 3, 9 },
	{ __LINE__, "bytes=9-", 10, RANGE_PART, 9, 9 },
	{ __LINE__, "bytes=3-99", 10, RANGE_PART, 3, 9 },
	{ __LINE__, "bytes=-3", 10, RANGE_PART, 7, 9 },
	{ __LINE__, "bytes=-10", 10, RANGE_PART, 0, 9 },
	{ __LINE__, "bytes=-11", 10, RANGE_PART, 0, 9 },
	{ __LINE__, "BYTES=3-5", 10, RANGE_PART, 3, 5 },
	{ __LINE__, " bytes= 3-5 ", 10, RANGE_PART, 3, 5 },
	{ __LINE__, "bytes=,3-5,", 10, RANGE_PART, 3, 5 },
	{ __LINE__, "bytes=000000000000000000000003-5", 10, RANGE_PART, 3, 5 },
	{ __LINE__, "bytes=3-" MOST, 10, RANGE_PART, 3, 9 },
	{ __LINE__, "bytes=3-99" MOST, 10, RANGE_PART, 3, 9 },
	{ __LINE__, "bytes=-99" MOST, 10, RANGE_PART, 0, 9 },
	{ __LINE__, "bytes=0-", INT64_MAX, RANGE_PART, 0, INT64_MAX - 1 },
	/* not a byte is there */
	{ __LINE__, "bytes=10-", 10, RANGE_NONE, -1, -1 },
	{ __LINE__, "bytes=10-11", 10, RANGE_NONE, -1, -1 },
	{ __LINE__, "bytes=" MOST "-", 10, RANGE_NONE, -1, -1 },
	{ __LINE__, "bytes=99" MOST "-", 10, RANGE_NONE, -1, -1 },
	{ __LINE__, "bytes=-0", 10, RANGE_NONE, -1, -1 },
	{ __LINE__, "bytes=0-", 0, RANGE_NONE, -1, -1 },
	{ __LINE__, "bytes=0-0", 0, RANGE_NONE, -1, -1 },
	/* ignored */
	{ __LINE__, "bytes=-5", 0, RANGE_ALL, -1, -1 },
	{ __LINE__, "", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=,", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=-", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=3", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=5-3", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=99-98", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=3-5-7", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=3-x", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=x-3", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=3 - 5", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=+3-5", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=--3", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=0-1,3-5", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "bytes=20-,3-5", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "lines=3-5", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "=3-5", 10, RANGE_ALL, -1, -1 },
	{ __LINE__, "3-5", 10, RANGE_ALL, -1, -1 },
};

START_TEST(one_range)
{
	struct range r = { -1, -1 };

	ck_assert_msg(range_parse(slice_str(ranges[_i].field), ranges[_i].size,
			  &r) == ranges[_i].kind,
	    "line %d", ranges[_i].line);
	ck_assert_msg(r.first == ranges[_i].first && r.last == ranges[_i].last,
	    "line %d", ranges[_i].line);
}
END_TEST

#define DATE "Sun, 22 Nov 2026 05:58:46 GMT"

static const struct {
	int line;
	const char *field, *tag, *date;
	bool holds;
} conditions[] = {
	{ __LINE__, NULL, "\"a\"", DATE, true },
	{ __LINE__, NULL, NULL, NULL, true },
	{ __LINE__, "\"a\"", "\"a\"", NULL, true },
	{ __LINE__, " \"a\" ", "\"a\"", NULL, true },
	{ __LINE__, DATE, "\"a\"", DATE, true },
	{ __LINE__, "\"b\"", "\"a\"", DATE, false },
	{ __LINE__, "\"a\"", "\"b\"", DATE, false },
	{ __LINE__, "W/\"a\"", "\"a\"", NULL, false },
	{ __LINE__, "W/\"a\"", "W/\"a\"", NULL, false },
	{ __LINE__, "\"a\"", "W/\"a\"", NULL, false },
	{ __LINE__, "\"a\", \"b\"", "\"a\"", NULL, false },
	{ __LINE__, "*", "\"a\"", NULL, false },
	{ __LINE__, "\"a\"", NULL, NULL, false },
	{ __LINE__, "\"", "\"", NULL, false },
	{ __LINE__, DATE, "\"a\"", NULL, false },
	{ __LINE__, "Sun, 22 Nov 2026 05:58:47 GMT", NULL, DATE, false },
	{ __LINE__, "Sunday, 22-Nov-26 05:58:46 GMT", NULL, DATE, false },
	{ __LINE__, "", "\"a\"", DATE, false },
	{ __LINE__, "", "", "", false },
};

START_TEST(if_range)
{
	ck_assert_msg(
	    range_holds(slice_str(conditions[_i].field),
		slice_str(conditions[_i].tag),
		slice_str(conditions[_i].date)) == conditions[_i].holds,
	    "line %d", conditions[_i].line);
}
END_TEST

Suite *range_suite(void);

Suite *
range_suite(void)
{
	Suite *s = suite_create("http/range");
	TCase *t = tcase_create("range");

	tcase_add_loop_test(
	    t, one_range, 0, sizeof(ranges) / sizeof(ranges[0]));
	tcase_add_loop_test(
	    t, if_range, 0, sizeof(conditions) / sizeof(conditions[0]));
	suite_add_tcase(s, t);
	return s;
}
