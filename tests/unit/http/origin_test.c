/* SPDX-License-Identifier: ISC */
#include "http/origin.h"

#include <check.h>

static const struct {
	int line;
	const char *site, *origin, *host;
	bool cross;
} cases[] = {
	{ __LINE__, NULL, NULL, "h", false },
	{ __LINE__, NULL, NULL, NULL, false },
	{ __LINE__, "cross-site", NULL, "h", true },
	{ __LINE__, "Cross-Site", "http://h", "h", true },
	{ __LINE__, "same-origin", "http://other", "h", false },
	{ __LINE__, "same-site", NULL, "h", false },
	{ __LINE__, "none", NULL, "h", false },
	{ __LINE__, NULL, "http://h", "h", false },
	{ __LINE__, NULL, "https://H.example", "h.Example:8443", false },
	{ __LINE__, NULL, "https://h:8443", "h", false },
	{ __LINE__, NULL, "http://[::1]:80", "[::1]", false },
	{ __LINE__, NULL, "http://[::1]", "[::2]", true },
	{ __LINE__, NULL, "http://other", "h", true },
	{ __LINE__, NULL, "http://h.evil", "h", true },
	{ __LINE__, NULL, "http://h", "h.evil", true },
	{ __LINE__, NULL, "null", "null", true },
	{ __LINE__, NULL, "null", "h", true },
	{ __LINE__, NULL, "http://h", NULL, true },
	{ __LINE__, NULL, "http://", NULL, true },
	{ __LINE__, NULL, "://h", "h", true },
	{ __LINE__, NULL, "http:/h", "h", true },
	{ __LINE__, NULL, "http://[", "[", false },
};

START_TEST(who_made_the_browser_send_it)
{
	ck_assert_msg(origin_cross_site(slice_str(cases[_i].site),
			  slice_str(cases[_i].origin),
			  slice_str(cases[_i].host)) == cases[_i].cross,
	    "line %d", cases[_i].line);
}
END_TEST

Suite *origin_suite(void);

Suite *
origin_suite(void)
{
	Suite *s = suite_create("http/origin");
	TCase *t = tcase_create("origin");

	tcase_add_loop_test(t, who_made_the_browser_send_it, 0,
	    sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}
