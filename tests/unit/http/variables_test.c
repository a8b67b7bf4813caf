/* SPDX-License-Identifier: ISC */
#include "http/variables.h"

#include <check.h>
#include <string.h>

#define ENV_MAX 8

static const struct request_defaults none;

static const struct variables_case {
	int line;
	const char *env[ENV_MAX];
	enum err_code code;
	const char *rest; /* behind what is always there */
} cases[] = {
	{ __LINE__, { NULL }, ERR_OK, "}" },
	{ __LINE__,
	    { "CONTENT_TYPE=text/plain", "HTTP_ACCEPT=*/*", "SECRET=1",
		"NIGHTDROP_PREFIX=/p" },
	    ERR_OK,
	    ",\"CONTENT_TYPE\":\"text/plain\",\"HTTP_ACCEPT\":\"*/*\"}" },
	{ __LINE__,
	    { "HTTP_PROXY=x", "HTTP_AUTHORIZATION=x", "HTTP_COOKIE=x",
		"HTTP_PROXY_AUTHORIZATION=x", "HTTP_CONTENT_LENGTH=1",
		"HTTP_CONTENT_TYPE=x", "HTTP_IDEMPOTENCY_KEY=x" },
	    ERR_OK, "}" },
	{ __LINE__, { "HTTP_X=1", "HTTP_X=2" }, ERR_OK, ",\"HTTP_X\":\"1\"}" },
	{ __LINE__, { "HTTP_X=" }, ERR_OK, "}" },
	{ __LINE__, { "HTTP_=1", "HTTP_x=1", "HTTP_A-B=1", "HTTP_\"=1" },
	    ERR_OK, "}" },
	{ __LINE__, { "HTTP_X=a\"b\\c\td" }, ERR_OK,
	    ",\"HTTP_X\":\"a\\\"b\\\\c\\u0009d\"}" },
	{ __LINE__, { "HTTP_X=\xff" }, ERR_SYNTAX, NULL },
	{ __LINE__, { "HTTP_COOKIE=\xff" }, ERR_OK, "}" },
	{ __LINE__, { "HTTPS=on" }, ERR_OK, ",\"HTTPS\":\"on\"}" },
	{ __LINE__, { "HTTPS=ON" }, ERR_OK, ",\"HTTPS\":\"on\"}" },
	{ __LINE__, { "HTTPS=off" }, ERR_OK, "}" },
	{ __LINE__, { "REMOTE_USER=joe", "AUTH_TYPE=Basic" }, ERR_OK, "}" },
	{ __LINE__,
	    { "REMOTE_USER=joe", "AUTH_TYPE=Basic", "NIGHTDROP_TRUST_USER=1" },
	    ERR_OK, ",\"REMOTE_USER\":\"joe\",\"AUTH_TYPE\":\"Basic\"}" },
};

START_TEST(what_a_handler_is_given)
{
	static char method[] = "REQUEST_METHOD=POST";
	static char uri[] = "REQUEST_URI=http://h/p/a%20b?x=1";
	static char script[] = "SCRIPT_NAME=/something/else";
	static char length[] = "CONTENT_LENGTH=5";
	static const char always[] =
	    "{\"REQUEST_METHOD\":\"POST\",\"REQUEST_URI\":\"/p/a%20b?x=1\","
	    "\"QUERY_STRING\":\"x=1\",\"SCRIPT_NAME\":\"/p/a b\","
	    "\"PATH_INFO\":\"\"";
	const struct variables_case *t = &cases[_i];
	char text[ENV_MAX][64];
	char *env[ENV_MAX + 5] = { method, uri, script, length };
	struct request r;
	struct err e = ERR_INIT;
	struct buf out, want;

	for (int i = 0; i < ENV_MAX && t->env[i] != NULL; i++) {
		ck_assert_uint_lt(strlen(t->env[i]), sizeof(text[i]));
		env[4 + i] = strcpy(text[i], t->env[i]);
	}
	ck_assert_int_eq(request_read(&r, env, &none, &e), ERR_OK);
	buf_init(&out, 10000);
	ck_assert_msg(
	    variables_put(&out, &r, &e) == t->code, "line %d", t->line);
	buf_init(&want, 10000);
	buf_puts(&want, always);
	if (t->rest != NULL) {
		buf_puts(&want, t->rest);
		ck_assert_msg(slice_eq(buf_view(&out), buf_view(&want)),
		    "line %d: %s", t->line, out.ptr);
	}
	buf_fini(&out);
	buf_fini(&want);
	request_fini(&r);
}
END_TEST

/* Behind a queue's own URL: as a CGI script has them. */
START_TEST(path_info_of_a_queue_at_any_url)
{
	static char method[] = "REQUEST_METHOD=POST";
	static char uri[] = "REQUEST_URI=/cgi-bin/r/a%20b?x=1";
	static char script[] = "SCRIPT_NAME=/cgi-bin/r";
	static char info[] = "PATH_INFO=/a b";
	static char translated[] = "PATH_TRANSLATED=/srv/a b";
	static char queue[] = "NIGHTDROP_QUEUE=r";
	static char shorter[] = "NIGHTDROP_SCRIPT_NAME=/cgi-bin";
	char *env[] = { method, uri, script, info, translated, queue, NULL,
		NULL };
	struct request r;
	struct err e = ERR_INIT;
	struct buf out;

	ck_assert_int_eq(request_read(&r, env, &none, &e), ERR_OK);
	buf_init(&out, 10000);
	ck_assert_int_eq(variables_put(&out, &r, &e), ERR_OK);
	ck_assert_str_eq(out.ptr,
	    "{\"REQUEST_METHOD\":\"POST\","
	    "\"REQUEST_URI\":\"/cgi-bin/r/a%20b?x=1\","
	    "\"QUERY_STRING\":\"x=1\",\"SCRIPT_NAME\":\"/cgi-bin/r\","
	    "\"PATH_INFO\":\"/a b\",\"PATH_TRANSLATED\":\"/srv/a b\"}");
	request_fini(&r);
	/* the server has translated another PATH_INFO than this */
	env[6] = shorter;
	ck_assert_int_eq(request_read(&r, env, &none, &e), ERR_OK);
	buf_reset(&out);
	ck_assert_int_eq(variables_put(&out, &r, &e), ERR_OK);
	ck_assert_ptr_nonnull(strstr(out.ptr, "\"PATH_INFO\":\"/r/a b\""));
	ck_assert_ptr_null(strstr(out.ptr, "PATH_TRANSLATED"));
	request_fini(&r);
	buf_fini(&out);
}
END_TEST

Suite *variables_suite(void);

Suite *
variables_suite(void)
{
	Suite *s = suite_create("http/variables");
	TCase *t = tcase_create("variables");

	tcase_add_loop_test(
	    t, what_a_handler_is_given, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, path_info_of_a_queue_at_any_url);
	suite_add_tcase(s, t);
	return s;
}
