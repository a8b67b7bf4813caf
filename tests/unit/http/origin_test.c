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

#define ANY ORIGIN_ANY
#define LISTED ORIGIN_LISTED
#define UNKNOWN ORIGIN_UNKNOWN

static const struct {
	int line;
	const char *allowed, *origin;
	enum origin_standing standing;
} standings[] = {
	{ __LINE__, "", "http://h", UNKNOWN },
	{ __LINE__, NULL, "http://h", UNKNOWN },
	{ __LINE__, "*", NULL, UNKNOWN },
	{ __LINE__, "*", "", UNKNOWN },
	{ __LINE__, "*", "http://h", ANY },
	{ __LINE__, "*", "null", ANY },
	{ __LINE__, "http://h", "http://h", LISTED },
	{ __LINE__, " http://a,\thttps://b:1 ", "https://b:1", LISTED },
	{ __LINE__, "http://A.example", "http://a.example", LISTED },
	{ __LINE__, "* http://h", "http://h", LISTED },
	{ __LINE__, "http://h", "http://h:80", UNKNOWN },
	{ __LINE__, "http://h", "https://h", UNKNOWN },
	{ __LINE__, "http://h.example", "http://h", UNKNOWN },
	{ __LINE__, "http://h", "http://h.example", UNKNOWN },
	{ __LINE__, "http://h", "null", UNKNOWN },
	{ __LINE__, "http://h\r", "http://h\r", UNKNOWN },
	{ __LINE__, "*", "http://h\r\nX: y", UNKNOWN },
};

START_TEST(whose_pages_are_let_in)
{
	ck_assert_msg(
	    origin_allowed(slice_str(standings[_i].allowed),
		slice_str(standings[_i].origin)) == standings[_i].standing,
	    "line %d", standings[_i].line);
}
END_TEST

static const struct {
	const char *list;
	bool ok;
} lists[] = {
	{ "", true },
	{ " , ", true },
	{ "*", true },
	{ "http://h", true },
	{ "https://[::1]:8443, https://b.example", true },
	{ "http://h/", false },
	{ "http://h/path", false },
	{ "http://me@h", false },
	{ "h", false },
	{ "null", false },
	{ "http://", false },
	{ "http://h \"", false },
	{ "http://h\r\n", false },
};

START_TEST(a_list_is_of_origins)
{
	ck_assert_msg(origin_list_ok(slice_str(lists[_i].list)) == lists[_i].ok,
	    "%s", lists[_i].list);
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
	tcase_add_loop_test(t, whose_pages_are_let_in, 0,
	    sizeof(standings) / sizeof(standings[0]));
	tcase_add_loop_test(
	    t, a_list_is_of_origins, 0, sizeof(lists) / sizeof(lists[0]));
	suite_add_tcase(s, t);
	return s;
}
