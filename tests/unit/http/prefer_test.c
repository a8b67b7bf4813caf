/* SPDX-License-Identifier: ISC */
#include "http/prefer.h"

#include <check.h>

static const struct {
	int line;
	const char *field;
	bool respond_async, minimal;
} cases[] = {
	{ __LINE__, NULL, false, false },
	{ __LINE__, "", false, false },
	{ __LINE__, "respond-async", true, false },
	{ __LINE__, "Respond-Async", true, false },
	{ __LINE__, "respond-async, wait=10", true, false },
	{ __LINE__, "wait=10 , respond-async ; x=y", true, false },
	{ __LINE__, "respond-async=\"\"", true, false },
	{ __LINE__, "respond-async=1", false, false },
	{ __LINE__, "respond-asynchronously", false, false },
	{ __LINE__, "return=minimal", false, true },
	{ __LINE__, "return = \"minimal\"", false, true },
	{ __LINE__, "return=representation, return=minimal", false, false },
	{ __LINE__, "return=minimal, return=representation", false, true },
	{ __LINE__, "return", false, false },
	{ __LINE__, "x=\"respond-async, return=minimal\"", false, false },
	{ __LINE__, "x=\"a\\\", respond-async\"", false, false },
	{ __LINE__, "x=\"open, respond-async", false, false },
	{ __LINE__, ";,=,\"", false, false },
	{ __LINE__, "\\", false, false },
};

START_TEST(what_is_preferred)
{
	struct prefer p = prefer_parse(slice_str(cases[_i].field));

	ck_assert_msg(p.respond_async == cases[_i].respond_async, "line %d",
	    cases[_i].line);
	ck_assert_msg(
	    p.minimal == cases[_i].minimal, "line %d", cases[_i].line);
}
END_TEST

Suite *prefer_suite(void);

Suite *
prefer_suite(void)
{
	Suite *s = suite_create("http/prefer");
	TCase *t = tcase_create("prefer");

	tcase_add_loop_test(
	    t, what_is_preferred, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}
