/*
 * The environment of a handler.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/environment.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

Suite *environment_suite(void);

static const char request[] =
    "{\"REQUEST_METHOD\":\"PUT\","
    "\"REQUEST_URI\":\"/queues/report/jobs?a=b\",\"QUERY_STRING\":\"a=b\","
    "\"HTTP_HOST\":\"a.example\",\"HTTP_PROXY\":\"http://evil/\","
    "\"HTTP_COOKIE\":\"c=1\",\"HTTP_AUTHORIZATION\":\"Basic eDp5\","
    "\"HTTP_X_SHOP\":\"7\",\"HTTP_X_OTHER\":\"8\",\"PATH\":\"/evil\","
    "\"LD_PRELOAD\":\"/evil.so\",\"REMOTE_USER\":\"j\\u00fcrgen\","
    "\"SERVER_PORT\":8080}";

static const uint8_t digest[DIGEST_LEN] = { 0 };

static struct environment_facts
facts(void)
{
	struct environment_facts f = {
		.request = slice_str(request),
		.type = SLICE_LIT("text/csv"),
		.size = 1024,
		.program = "/h/report",
		.tmp = "/t/1",
		.attempt = 2,
		.max_attempts = 3,
		.run = 77,
		.business_date = "2026-11-25",
		.accepted_us = 0,
		.deadline_us = INT64_C(1000000),
		.digest = slice_mem(digest, sizeof(digest)),
	};

	ck_assert(uuid_parse(
	    SLICE_LIT("0190c2f4-0000-7000-8000-000000000001"), &f.id));
	return f;
}

static const char *
get(char *const *env, const char *name)
{
	size_t len = strlen(name);
	const char *value = NULL;

	for (; *env != NULL; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=') {
			ck_assert_msg(value == NULL, "%s twice", name);
			value = *env + len + 1;
		}
	return value;
}

static char **
make(struct environment_facts f)
{
	struct err e = ERR_INIT;
	char **env = NULL;

	ck_assert_msg(environment_new(&f, &env, &e) == ERR_OK, "%s", e.text);
	return env;
}

START_TEST(variables)
{
	static const char *const want[][2] = {
		{ "NIGHTDROP_JOB_ID", "0190c2f4-0000-7000-8000-000000000001" },
		{ "NIGHTDROP_ATTEMPT", "2" }, { "NIGHTDROP_MAX_ATTEMPTS", "3" },
		{ "NIGHTDROP_RUN", "77" },
		{ "NIGHTDROP_BUSINESS_DATE", "2026-11-25" },
		{ "NIGHTDROP_ACCEPTED", "1970-01-01T00:00:00.000Z" },
		{ "NIGHTDROP_DEADLINE", "1970-01-01T00:00:01.000Z" },
		{ "NIGHTDROP_CONTENT_DIGEST",
		    "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:" },
		{ "NIGHTDROP_METHOD", "PUT" }, { "NIGHTDROP_PROGRESS_FD", "3" },
		{ "REQUEST_METHOD", "POST" },
		{ "GATEWAY_INTERFACE", "CGI/1.1" },
		{ "REDIRECT_STATUS", "200" },
		{ "PATH", "/usr/local/bin:/usr/bin:/bin" },
		{ "TMPDIR", "/t/1" }, { "SCRIPT_FILENAME", "/h/report" },
		{ "CONTENT_LENGTH", "1024" }, { "CONTENT_TYPE", "text/csv" },
		{ "QUERY_STRING", "a=b" },
		{ "REQUEST_URI", "/queues/report/jobs?a=b" },
		{ "HTTP_HOST", "a.example" },
		{ "REMOTE_USER", "j\xc3\xbcrgen" },
		{ "SERVER_NAME", "localhost" },
		{ "SERVER_PORT", "80" }, /* not a string: not taken */
	};
	static const char *const absent[] = { "HTTP_PROXY", "HTTP_COOKIE",
		"HTTP_AUTHORIZATION", "HTTP_X_SHOP", "HTTP_X_OTHER",
		"LD_PRELOAD", "NIGHTDROP_STATE", "PATH_INFO", "HOME" };
	char **env = make(facts());

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ck_assert_msg(get(env, want[i][0]) != NULL, "%s", want[i][0]);
		ck_assert_str_eq(get(env, want[i][0]), want[i][1]);
	}
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		ck_assert_msg(get(env, absent[i]) == NULL, "%s", absent[i]);
	free(env);
}
END_TEST

START_TEST(listed_fields)
{
	struct environment_facts f = facts();
	char **env;

	f.request_fields =
	    SLICE_LIT("[\"X-Shop\",\"HTTP_X_OTHER\","
		      "\"x-none\",\"Proxy\",\"Cookie\",\"HTTP_AUTHORIZATION\","
		      "\"Host\",\"X\\nY\",\"\",5]");
	env = make(f);
	ck_assert_str_eq(get(env, "HTTP_X_SHOP"), "7");
	ck_assert_str_eq(get(env, "HTTP_X_OTHER"), "8");
	ck_assert_str_eq(get(env, "HTTP_HOST"), "a.example");
	ck_assert_ptr_null(get(env, "HTTP_X_NONE"));
	ck_assert_ptr_null(get(env, "HTTP_PROXY"));
	ck_assert_ptr_null(get(env, "HTTP_COOKIE"));
	ck_assert_ptr_null(get(env, "HTTP_AUTHORIZATION"));
	free(env);
}
END_TEST

START_TEST(what_is_not_known_is_left_out)
{
	struct environment_facts f = facts();
	char **env;

	f.request = SLICE_LIT("{}");
	f.type = f.digest = SLICE_NONE;
	f.deadline_us = TIME_NONE;
	f.state = SLICE_LIT("at 5\n\xe4");
	env = make(f);
	ck_assert_ptr_null(get(env, "CONTENT_TYPE"));
	ck_assert_ptr_null(get(env, "NIGHTDROP_DEADLINE"));
	ck_assert_ptr_null(get(env, "NIGHTDROP_CONTENT_DIGEST"));
	ck_assert_str_eq(get(env, "NIGHTDROP_METHOD"), "POST");
	ck_assert_str_eq(get(env, "QUERY_STRING"), "");
	ck_assert_str_eq(get(env, "NIGHTDROP_STATE"), "at 5\n\xe4");
	free(env);
}
END_TEST

static enum err_code
code_of(struct environment_facts f)
{
	struct err e = ERR_INIT;
	char **env = NULL;
	enum err_code code = environment_new(&f, &env, &e);

	ck_assert_ptr_null(env);
	ck_assert(e.text[0] != '\0');
	return code;
}

START_TEST(not_valid)
{
	struct environment_facts f = facts();

	f.request = SLICE_LIT("[]");
	ck_assert_int_eq(code_of(f), ERR_SYNTAX);
	f.request = SLICE_LIT("{");
	ck_assert_int_eq(code_of(f), ERR_SYNTAX);
	f = facts();
	f.request_fields = SLICE_LIT("{}");
	ck_assert_int_eq(code_of(f), ERR_SYNTAX);
	f = facts();
	f.type = SLICE_LIT("text/\0csv");
	ck_assert_int_eq(code_of(f), ERR_SYNTAX);
}
END_TEST

START_TEST(too_large)
{
	struct environment_facts f = facts();
	struct buf b;

	buf_init(&b, 1 << 20);
	while (b.len < 131072)
		buf_putc(&b, 'x');
	f.state = buf_view(&b);
	ck_assert_int_eq(code_of(f), ERR_FIELDS_TOO_LARGE);
	f = facts();
	buf_reset(&b);
	buf_puts(&b, "{");
	for (int i = 0; i < 3; i++) {
		static const char *const name[] = { "REQUEST_URI", "PATH_INFO",
			"HTTP_ACCEPT" };

		buf_printf(&b, "%s\"%s\":\"", i > 0 ? "," : "", name[i]);
		for (int k = 0; k < 100000; k++)
			buf_putc(&b, 'x');
		buf_puts(&b, "\"");
	}
	buf_puts(&b, "}");
	f.request = buf_view(&b);
	ck_assert_int_eq(code_of(f), ERR_FIELDS_TOO_LARGE);
	buf_fini(&b);
}
END_TEST

Suite *
environment_suite(void)
{
	Suite *s = suite_create("handler/environment");
	TCase *t = tcase_create("environment");

	tcase_add_test(t, variables);
	tcase_add_test(t, listed_fields);
	tcase_add_test(t, what_is_not_known_is_left_out);
	tcase_add_test(t, not_valid);
	tcase_add_test(t, too_large);
	suite_add_tcase(s, t);
	return s;
}
