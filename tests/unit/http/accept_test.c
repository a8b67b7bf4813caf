/* SPDX-License-Identifier: ISC */
#include "http/accept.h"

#include <check.h>

static const struct {
	int line;
	const char *field;
	enum media best;
} cases[] = {
	{ __LINE__, NULL, MEDIA_JSON },
	{ __LINE__, "", MEDIA_JSON },
	{ __LINE__, "*/*", MEDIA_JSON },
	{ __LINE__, "text/*", MEDIA_JSON },
	{ __LINE__, "image/png", MEDIA_JSON },
	{ __LINE__, "application/json", MEDIA_JSON },
	{ __LINE__, "text/html", MEDIA_HTML },
	{ __LINE__, "Text/HTML ; charset=utf-8", MEDIA_HTML },
	{ __LINE__, "text/html,application/xhtml+xml,*/*;q=0.8", MEDIA_HTML },
	{ __LINE__, "application/json, text/html", MEDIA_JSON },
	{ __LINE__, "text/html, application/json", MEDIA_HTML },
	{ __LINE__, "text/html;q=0.5, application/json", MEDIA_JSON },
	{ __LINE__, "application/json;q=0.5, text/html", MEDIA_HTML },
	{ __LINE__, "application/json;q=0.999, text/html;q=1.000", MEDIA_HTML },
	{ __LINE__, "text/html;q=0", MEDIA_JSON },
	{ __LINE__, "text/html;q=0.000, */*;q=0.001", MEDIA_JSON },
	{ __LINE__, "text/html;q=2", MEDIA_JSON },
	{ __LINE__, "text/html;q=1.001", MEDIA_JSON },
	{ __LINE__, "text/html;q=0.5000", MEDIA_JSON },
	{ __LINE__, "text/html;q=.5", MEDIA_JSON },
	{ __LINE__, "text/html;q=", MEDIA_JSON },
	{ __LINE__, "text/html;q", MEDIA_JSON },
	{ __LINE__, "text/html;level=1;Q=0.7, */*;q=0.6", MEDIA_HTML },
	{ __LINE__, "text/html;x=\"a,b;q=0\"", MEDIA_HTML },
	{ __LINE__, "x/\"text/html, y\"", MEDIA_JSON },
	{ __LINE__, "application/http", MEDIA_HTTP },
	{ __LINE__, "application/http;q=0.1, image/png", MEDIA_HTTP },
	{ __LINE__, "*/*, application/http", MEDIA_JSON },
	{ __LINE__, ",, ;;, text/html ,", MEDIA_HTML },
};

START_TEST(which_is_best)
{
	enum media best = accept_best(slice_str(cases[_i].field));

	ck_assert_msg(
	    best == cases[_i].best, "line %d: %d", cases[_i].line, (int)best);
}
END_TEST

Suite *accept_suite(void);

Suite *
accept_suite(void)
{
	Suite *s = suite_create("http/accept");
	TCase *t = tcase_create("accept");

	tcase_add_loop_test(
	    t, which_is_best, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}
