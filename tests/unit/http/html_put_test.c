/* SPDX-License-Identifier: ISC */
#include "http/html_put.h"

#include <check.h>
#include <string.h>

static const struct {
	int line;
	const char *in, *out;
} cases[] = {
	{ __LINE__, "", "" },
	{ __LINE__, "plain", "plain" },
	{ __LINE__, "<>&\"'", "&lt;&gt;&amp;&quot;&#39;" },
	{ __LINE__, "&amp;", "&amp;amp;" },
	{ __LINE__, "a<b", "a&lt;b" },
	{ __LINE__, "<b", "&lt;b" },
	{ __LINE__, "a<", "a&lt;" },
	{ __LINE__, "a\tb\nc", "a\tb\nc" },
	{ __LINE__, "a\rb",
	    "a\xe2\x90\x8d"
	    "b" },
	{ __LINE__, "\x01\x1b\x1f\x7f",
	    "\xe2\x90\x81\xe2\x90\x9b\xe2\x90\x9f\xe2\x90\xa1" },
	/* U+0085 is one, U+00A0 is none */
	{ __LINE__, "\xc2\x85\xc2\xa0", "\xef\xbf\xbd\xc2\xa0" },
	{ __LINE__, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x99",
	    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x99" },
};

START_TEST(text_and_attribute)
{
	struct buf b;

	buf_init(&b, 1000);
	html_txt(&b, slice_str(cases[_i].in));
	html_attr(&b, slice_str(cases[_i].in));
	ck_assert_msg(
	    b.len == 2 * strlen(cases[_i].out) &&
		slice_eq_str(
		    slice_mem(buf_view(&b).ptr, b.len / 2), cases[_i].out) &&
		slice_eq_str(slice_mem(buf_view(&b).ptr + b.len / 2, b.len / 2),
		    cases[_i].out),
	    "line %d: %s", cases[_i].line, buf_view(&b).ptr);
	buf_fini(&b);
}
END_TEST

/* NUL is a character like the others; what is absent is nothing. */
START_TEST(nul_and_none)
{
	struct buf b;

	buf_init(&b, 1000);
	html_txt(&b, SLICE_NONE);
	html_txt(&b, slice_mem("a\0b", 3));
	ck_assert_str_eq(b.ptr, "a\xe2\x90\x80"
				"b");
	buf_fini(&b);
}
END_TEST

START_TEST(a_link)
{
	struct buf b;

	buf_init(&b, 1000);
	html_link(&b, SLICE_LIT("/a?b=\"&c"), SLICE_LIT("<x>"));
	ck_assert_str_eq(b.ptr, "<a href=\"/a?b=&quot;&amp;c\">&lt;x&gt;</a>");
	buf_fini(&b);
}
END_TEST

Suite *html_put_suite(void);

Suite *
html_put_suite(void)
{
	Suite *s = suite_create("http/html_put");
	TCase *t = tcase_create("html_put");

	tcase_add_loop_test(
	    t, text_and_attribute, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, nul_and_none);
	tcase_add_test(t, a_link);
	suite_add_tcase(s, t);
	return s;
}
