/* SPDX-License-Identifier: ISC */
#include "http/etag.h"

#include <check.h>

static const struct {
	int line;
	const char *field, *tag;
	bool matches;
} matching[] = {
	{ __LINE__, "\"a\"", "\"a\"", true },
	{ __LINE__, "W/\"a\"", "\"a\"", true },
	{ __LINE__, "\"a\"", "W/\"a\"", true },
	{ __LINE__, "*", "\"a\"", true },
	{ __LINE__, " * ", "\"a\"", true },
	{ __LINE__, "\"b\", W/\"a\"", "W/\"a\"", true },
	{ __LINE__, ",, \"b\" ,\t\"a\" ,", "\"a\"", true },
	{ __LINE__, "\"b,c\", \"a\"", "\"a\"", true },
	{ __LINE__, "\"\"", "\"\"", true },
	{ __LINE__, "\"b\"", "\"a\"", false },
	{ __LINE__, "\"a", "\"a\"", false },
	{ __LINE__, "a", "\"a\"", false },
	{ __LINE__, "\"A\"", "\"a\"", false },
	{ __LINE__, "w/\"a\"", "\"a\"", false },
	{ __LINE__, "\"b\" \"a\"", "\"a\"", false },
	{ __LINE__, "\"b\"x, \"a\"", "\"a\"", false },
	{ __LINE__, "*, \"a\"", "\"a\"", false },
	{ __LINE__, "", "\"a\"", false },
	{ __LINE__, NULL, "\"a\"", false },
	{ __LINE__, "\"a\"", "a", false },
	{ __LINE__, "\"ab\"", "\"a\"", false },
	{ __LINE__, "\"a\"", "\"a\" b", false },
};

START_TEST(if_none_match)
{
	ck_assert_msg(etag_matches(slice_str(matching[_i].field),
			  slice_str(matching[_i].tag)) == matching[_i].matches,
	    "line %d", matching[_i].line);
}
END_TEST

static const struct {
	int line;
	const char *field, *tag;
	bool matches;
} strong[] = {
	{ __LINE__, "\"a\"", "\"a\"", true },
	{ __LINE__, "*", "\"a\"", true },
	{ __LINE__, "W/\"a\", \"a\"", "\"a\"", true },
	{ __LINE__, "W/\"a\"", "\"a\"", false },
	{ __LINE__, "\"a\"", "W/\"a\"", false },
	{ __LINE__, "W/\"a\"", "W/\"a\"", false },
	{ __LINE__, "\"b\"", "\"a\"", false },
	{ __LINE__, "*", "", false },
	{ __LINE__, NULL, "\"a\"", false },
};

START_TEST(if_match)
{
	ck_assert_msg(etag_is(slice_str(strong[_i].field),
			  slice_str(strong[_i].tag)) == strong[_i].matches,
	    "line %d", strong[_i].line);
}
END_TEST

static const struct {
	int line;
	const char *tag;
	bool valid;
} validity[] = {
	{ __LINE__, "\"\"", true },
	{ __LINE__, "\"a\"", true },
	{ __LINE__, "W/\"a\"", true },
	{ __LINE__, "\"\xc3\xa9\"", true },
	{ __LINE__, "", false },
	{ __LINE__, "\"", false },
	{ __LINE__, "W/", false },
	{ __LINE__, "W/W/\"a\"", false },
	{ __LINE__, "a", false },
	{ __LINE__, "\"a\" ", false },
	{ __LINE__, "\"a b\"", false },
	{ __LINE__, "\"a\r\n\"", false },
	{ __LINE__, "\"a\", \"b\"", false },
};

START_TEST(well_formed)
{
	ck_assert_msg(
	    etag_valid(slice_str(validity[_i].tag)) == validity[_i].valid,
	    "line %d", validity[_i].line);
}
END_TEST

Suite *etag_suite(void);

Suite *
etag_suite(void)
{
	Suite *s = suite_create("http/etag");
	TCase *t = tcase_create("etag");

	tcase_add_loop_test(
	    t, if_none_match, 0, sizeof(matching) / sizeof(matching[0]));
	tcase_add_loop_test(t, if_match, 0, sizeof(strong) / sizeof(strong[0]));
	tcase_add_loop_test(
	    t, well_formed, 0, sizeof(validity) / sizeof(validity[0]));
	suite_add_tcase(s, t);
	return s;
}
