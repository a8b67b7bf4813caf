/* SPDX-License-Identifier: ISC */
#include "http/served.h"

#include <check.h>

#include "base/buf.h"

static const struct {
	int line;
	int status;
	const char *fields, *extra;
	const char *served; /* "Name=value;" each; NULL: refused */
} cases[] = {
	{ __LINE__, 200, "[]", NULL, "" },
	{ __LINE__, 200, "[[\"content-type\",\"a/b\"]]", "[]",
	    "content-type=a/b;" },
	{ __LINE__, 204, "[[\"Content-Type\",\"a/b\"]]", NULL, "" },
	{ __LINE__, 200, "[[\"Link\",\"a\"],[\"Link\",\"b\"]]", NULL,
	    "Link=a;Link=b;" },
	{ __LINE__, 200, "[[\"Location\",\"/x\"]]", NULL, "" },
	{ __LINE__, 201, "[[\"Location\",\"/x\"]]", NULL, "Location=/x;" },
	{ __LINE__, 303, "[[\"Location\",\"/x\"]]", NULL, "Location=/x;" },
	{ __LINE__, 200, "[[\"ETag\",\"\\\"a\\\"\"]]", NULL, "ETag=\"a\";" },
	{ __LINE__, 200, "[[\"ETag\",\"a\"]]", NULL, "" },
	{ __LINE__, 200,
	    "[[\"Set-Cookie\",\"a\"],[\"Connection\",\"a\"],"
	    "[\"Transfer-Encoding\",\"chunked\"],[\"Content-Length\",\"1\"],"
	    "[\"Status\",\"1\"],[\"Server\",\"a\"]]",
	    "[\"set-cookie\"]", "" },
	{ __LINE__, 200, "[[\"X-Pages\",\"3\"],[\"X-Other\",\"4\"]]",
	    "[\"x-pages\"]", "X-Pages=3;" },
	{ __LINE__, 200,
	    "[[\"X-Accel-Redirect\",\"/etc\"],[\"X-Sendfile\",\"/etc\"],"
	    "[\"X-LIGHTTPD-send-file\",\"/etc\"]]",
	    "[\"x-accel-redirect\",\"x-sendfile\",\"x-lighttpd-send-file\"]",
	    "" },
	{ __LINE__, 200, "[[\"X-a: b\",\"1\"]]", "[\"x-a: b\"]", "" },
	{ __LINE__, 200, "[[\"X-A\",\"1\"]]", "{}", "" },
	{ __LINE__, 200, "[[\"X-A\",\"1\"]]", "[1]", "" },
	{ __LINE__, 200, "", NULL, NULL },
	{ __LINE__, 200, "{}", NULL, NULL },
	{ __LINE__, 200, "[1]", NULL, NULL },
	{ __LINE__, 200, "[[\"Link\"]]", NULL, NULL },
	{ __LINE__, 200, "[[\"Link\",1]]", NULL, NULL },
};

static void
collect(void *ctx, const char *name, struct slice value)
{
	buf_puts(ctx, name);
	buf_putc(ctx, '=');
	buf_slice(ctx, value);
	buf_putc(ctx, ';');
}

START_TEST(which_fields_are_passed_on)
{
	struct buf b;
	struct err e = ERR_INIT;
	enum err_code code;

	buf_init(&b, 1000);
	code = served_fields(slice_str(cases[_i].fields),
	    slice_str(cases[_i].extra), cases[_i].status, collect, &b, &e);
	ck_assert_msg(code == (cases[_i].served == NULL ? ERR_SHAPE : ERR_OK),
	    "line %d", cases[_i].line);
	if (code == ERR_OK)
		ck_assert_msg(slice_eq_str(buf_view(&b), cases[_i].served),
		    "line %d: %s", cases[_i].line, b.ptr);
	buf_fini(&b);
}
END_TEST

START_TEST(all_fields)
{
	struct buf b;
	struct err e = ERR_INIT;

	buf_init(&b, 1000);
	ck_assert_int_eq(
	    served_all(slice_str("[[\"Set-Cookie\",\"a\"],[\"X-B\",\"\"],"
				 "[\"X-C: d\",\"1\"],[\"\",\"1\"],"
				 "[\"Set-Cookie\",\"e\"]]"),
		collect, &b, &e),
	    ERR_OK);
	ck_assert_str_eq(b.ptr, "Set-Cookie=a;X-B=;Set-Cookie=e;");
	ck_assert_int_eq(
	    served_all(SLICE_LIT("{}"), collect, &b, &e), ERR_SHAPE);
	buf_fini(&b);
}
END_TEST

Suite *served_suite(void);

Suite *
served_suite(void)
{
	Suite *s = suite_create("http/served");
	TCase *t = tcase_create("served");

	tcase_add_loop_test(
	    t, which_fields_are_passed_on, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, all_fields);
	suite_add_tcase(s, t);
	return s;
}
