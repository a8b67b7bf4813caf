/* SPDX-License-Identifier: ISC */
#include "http/request.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "/api"
#define ENV_MAX 8

static const struct request_defaults none;
static const struct request_defaults prefix = {
	.prefix = { PREFIX, sizeof(PREFIX) - 1 },
};

/* What each server makes of a target: see the design note on servers. */
static const struct target_case {
	int line;
	const char *env[ENV_MAX];
	enum err_code code;
	const char *segments; /* joined by "|" */
	const char *query;
} targets[] = {
	{ __LINE__, { "REQUEST_URI=/api" }, ERR_OK, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/" }, ERR_OK, "", "" },
	{ __LINE__, { "REQUEST_URI=/api?a=b" }, ERR_OK, "", "a=b" },
	{ __LINE__, { "REQUEST_URI=/api/queues" }, ERR_OK, "queues", "" },
	{ __LINE__, { "REQUEST_URI=/api/queues/r/jobs?x=/y?z" }, ERR_OK,
	    "queues|r|jobs", "x=/y?z" },
	{ __LINE__, { "REQUEST_URI=/apix" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=/queues" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/queues/" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=/api//queues" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=/api//" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/./queues" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/%2e%2E/x" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/1/2/3/4" }, ERR_OK, "1|2|3|4", "" },
	{ __LINE__, { "REQUEST_URI=/api/1/2/3/4/5" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/a%2Fb" }, ERR_OK, "a/b", "" },
	{ __LINE__, { "REQUEST_URI=/api/a%252Fb" }, ERR_OK, "a%2Fb", "" },
	{ __LINE__, { "REQUEST_URI=/api/%C3%A9" }, ERR_OK, "\xc3\xa9", "" },
	{ __LINE__, { "REQUEST_URI=/api/%zz" }, ERR_SYNTAX, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/a%4" }, ERR_SYNTAX, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/a%" }, ERR_SYNTAX, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/%00" }, ERR_SYNTAX, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/%ff" }, ERR_SYNTAX, "", "" },
	{ __LINE__, { "REQUEST_URI=/api/%C0%AF" }, ERR_SYNTAX, "", "" },
	{ __LINE__, { "REQUEST_URI=api/queues" }, ERR_SYNTAX, "", "" },
	{ __LINE__, { "REQUEST_URI=*" }, ERR_SYNTAX, "", "" },
	/* absolute form: Apache hands it on as it came */
	{ __LINE__, { "REQUEST_URI=http://h:1/api/queues?q" }, ERR_OK, "queues",
	    "q" },
	{ __LINE__, { "REQUEST_URI=http://h/queues" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=http://h" }, ERR_NOT_FOUND, "", "" },
	{ __LINE__, { "REQUEST_URI=http://h?q" }, ERR_NOT_FOUND, "", "q" },
	{ __LINE__, { "REQUEST_URI=/api/http://h" }, ERR_NOT_FOUND, "", "" },
	/* first wins, empty is absent */
	{ __LINE__, { "REQUEST_URI=", "REQUEST_URI=/api/a", "REQUEST_URI=/b" },
	    ERR_OK, "a", "" },
	{ __LINE__, { "REQUEST_URI=/api/a", "QUERY_STRING=x" }, ERR_OK, "a",
	    "x" },
	/* plain CGI: decoded already */
	{ __LINE__, { "SCRIPT_NAME=/api", "PATH_INFO=/a%2Fb/c" }, ERR_OK,
	    "a%2Fb|c", "" },
	{ __LINE__, { "SCRIPT_NAME=/api", "PATH_INFO=/a?b", "QUERY_STRING=c" },
	    ERR_OK, "a?b", "c" },
	{ __LINE__, { "SCRIPT_NAME=/api/queues" }, ERR_OK, "queues", "" },
	{ __LINE__, { "REQUEST_SCHEME=http" }, ERR_NOT_FOUND, "", "" },
	/* IIS */
	{ __LINE__,
	    { "SERVER_SOFTWARE=Microsoft-IIS/10.0", "REQUEST_URI=/api/no",
		"HTTP_X_ORIGINAL_URL=/api/no", "UNENCODED_URL=/api/a%20b" },
	    ERR_OK, "a b", "" },
	{ __LINE__,
	    { "SERVER_SOFTWARE=Microsoft-IIS/10.0", "REQUEST_URI=/api/no",
		"HTTP_X_ORIGINAL_URL=/api/a%20b" },
	    ERR_OK, "a b", "" },
	{ __LINE__,
	    { "SERVER_SOFTWARE=Microsoft-IIS/10.0", "REQUEST_URI=/api/a b%41" },
	    ERR_OK, "a b%41", "" },
	/* a client's field must not route where no IIS wrote it */
	{ __LINE__, { "HTTP_X_ORIGINAL_URL=/api/no", "REQUEST_URI=/api/a" },
	    ERR_OK, "a", "" },
	/* the parameter over the configuration */
	{ __LINE__, { "NIGHTDROP_PREFIX=/n/", "REQUEST_URI=/n/a" }, ERR_OK, "a",
	    "" },
	{ __LINE__, { "NIGHTDROP_PREFIX=n", "REQUEST_URI=/n/a" }, ERR_CONFIG,
	    "", "" },
	{ __LINE__, { "NIGHTDROP_PREFIX=/a>b", "REQUEST_URI=/a>b" }, ERR_CONFIG,
	    "", "" },
};

/* The variables are read and not written. */
static enum err_code
read_env(struct request *r, const char *const *env,
    const struct request_defaults *d, struct err *e)
{
	return request_read(r, (char *const *)(const void *)env, d, e);
}

/* A case's variables behind the method. */
static void
fill(const char *env[static ENV_MAX + 2], const char *method,
    const char *const given[static ENV_MAX])
{
	int n = 0;

	env[n++] = method;
	for (int i = 0; i < ENV_MAX && given[i] != NULL; i++)
		env[n++] = given[i];
	env[n] = NULL;
}

static void
join(const struct request *r, struct buf *out)
{
	for (int i = 0; i < r->segments; i++) {
		if (i > 0)
			buf_putc(out, '|');
		buf_slice(out, r->segment[i]);
	}
}

START_TEST(targets_are_read_as_the_servers_mean_them)
{
	const struct target_case *t = &targets[_i];
	const char *env[ENV_MAX + 2];
	struct request r;
	struct err e = ERR_INIT;
	struct buf segments;
	enum err_code code;

	fill(env, "REQUEST_METHOD=GET", t->env);
	code = read_env(&r, env, &prefix, &e);
	ck_assert_msg(code == t->code, "line %d: %s: %s", t->line,
	    err_name(code), e.text);
	buf_init(&segments, 1000);
	if (code == ERR_OK)
		join(&r, &segments);
	ck_assert_msg(slice_eq_str(buf_view(&segments), t->segments),
	    "line %d: %s", t->line, segments.ptr);
	if (code == ERR_OK)
		ck_assert_msg(slice_eq_str(r.query, t->query), "line %d: %.*s",
		    t->line, (int)r.query.len, r.query.ptr);
	buf_fini(&segments);
	request_fini(&r);
}
END_TEST

static const struct variable_case {
	int line;
	const char *env[ENV_MAX];
	enum err_code code;
	int64_t length;
	const char *owner;
} others[] = {
	{ __LINE__, { "CONTENT_LENGTH=" }, ERR_OK, -1, "" },
	{ __LINE__, { "CONTENT_LENGTH=0" }, ERR_OK, 0, "" },
	{ __LINE__, { "CONTENT_LENGTH=12" }, ERR_OK, 12, "" },
	{ __LINE__, { "CONTENT_LENGTH=+1" }, ERR_SYNTAX, -1, "" },
	{ __LINE__, { "CONTENT_LENGTH=1, 1" }, ERR_SYNTAX, -1, "" },
	{ __LINE__, { "CONTENT_LENGTH=9223372036854775807" }, ERR_OK, INT64_MAX,
	    "" },
	{ __LINE__, { "CONTENT_LENGTH=9223372036854775808" }, ERR_SYNTAX, -1,
	    "" },
	{ __LINE__, { "CONTENT_LENGTH=99999999999999999999" }, ERR_SYNTAX, -1,
	    "" },
	{ __LINE__, { "REMOTE_USER=joe" }, ERR_OK, -1, "" },
	{ __LINE__, { "REMOTE_USER=joe", "NIGHTDROP_TRUST_USER=1" }, ERR_OK, -1,
	    "joe" },
	{ __LINE__, { "REMOTE_USER=joe", "NIGHTDROP_TRUST_USER=0" }, ERR_OK, -1,
	    "" },
	{ __LINE__,
	    { "REMOTE_USER=joe", "REMOTE_USER=joe",
		"REMOTE_USER=", "NIGHTDROP_TRUST_USER=1" },
	    ERR_OK, -1, "joe" },
	{ __LINE__,
	    { "REMOTE_USER=joe", "REMOTE_USER=eve", "NIGHTDROP_TRUST_USER=1" },
	    ERR_UNAUTHORIZED, -1, "" },
	{ __LINE__,
	    { "REMOTE_USER=", "REMOTE_USER=eve", "NIGHTDROP_TRUST_USER=1" },
	    ERR_OK, -1, "eve" },
	{ __LINE__, { "REMOTE_USER=joe", "HTTP_NIGHTDROP_TRUST_USER=1" },
	    ERR_OK, -1, "" },
	{ __LINE__, { "REMOTE_USER=", "NIGHTDROP_TRUST_USER=1" }, ERR_OK, -1,
	    "" },
	{ __LINE__, { "REMOTE_USER=\xff", "NIGHTDROP_TRUST_USER=1" },
	    ERR_SYNTAX, -1, "" },
	{ __LINE__, { "no equals sign", "=", "CONTENT_LENGTH=1" }, ERR_OK, 1,
	    "" },
};

START_TEST(length_and_owner)
{
	const struct variable_case *t = &others[_i];
	const char *env[ENV_MAX + 3] = { NULL };
	struct request r;
	struct err e = ERR_INIT;
	enum err_code code;
	int n = 0;

	env[n++] = "REQUEST_METHOD=POST";
	env[n++] = "REQUEST_URI=/";
	for (int i = 0; i < ENV_MAX && t->env[i] != NULL; i++)
		env[n++] = t->env[i];
	code = read_env(&r, env, &none, &e);
	ck_assert_msg(code == t->code, "line %d: %s", t->line, e.text);
	ck_assert_msg(r.content_length == t->length, "line %d", t->line);
	ck_assert_msg(slice_eq_str(r.owner, t->owner), "line %d", t->line);
	request_fini(&r);
}
END_TEST

static const struct method_case {
	int line;
	const char *text;
	enum err_code code;
	enum method method;
} methods[] = {
	{ __LINE__, "REQUEST_METHOD=GET", ERR_OK, METHOD_GET },
	{ __LINE__, "REQUEST_METHOD=HEAD", ERR_OK, METHOD_HEAD },
	{ __LINE__, "REQUEST_METHOD=TRACE", ERR_OK, METHOD_TRACE },
	{ __LINE__, "REQUEST_METHOD=get", ERR_NOT_IMPLEMENTED, METHOD_COUNT },
	{ __LINE__, "REQUEST_METHOD=GETS", ERR_NOT_IMPLEMENTED, METHOD_COUNT },
	{ __LINE__, "REQUEST_METHOD=", ERR_NOT_IMPLEMENTED, METHOD_COUNT },
	{ __LINE__, "X=", ERR_NOT_IMPLEMENTED, METHOD_COUNT },
};

START_TEST(methods_are_case_sensitive)
{
	const struct method_case *t = &methods[_i];
	const char *env[] = { t->text, "REQUEST_URI=/", NULL };
	struct request r;
	struct err e = ERR_INIT;

	ck_assert_msg(
	    read_env(&r, env, &none, &e) == t->code, "line %d", t->line);
	ck_assert_msg(r.method == t->method, "line %d", t->line);
	request_fini(&r);
}
END_TEST

START_TEST(too_many_variables_are_refused)
{
	static char variable[] = "X=1";
	char *env[REQUEST_ENV_COUNT + 2];
	struct request r;
	struct err e = ERR_INIT;

	for (int i = 0; i <= REQUEST_ENV_COUNT; i++)
		env[i] = variable;
	env[REQUEST_ENV_COUNT + 1] = NULL;
	ck_assert_int_eq(
	    request_read(&r, env, &none, &e), ERR_FIELDS_TOO_LARGE);
	request_fini(&r);
}
END_TEST

START_TEST(too_large_variables_are_refused)
{
	char *big = malloc(REQUEST_ENV_SIZE + 1);
	char *env[] = { big, NULL };
	struct request r;
	struct err e = ERR_INIT;

	ck_assert_ptr_nonnull(big);
	memset(big, 'x', REQUEST_ENV_SIZE);
	big[REQUEST_ENV_SIZE] = '\0';
	ck_assert_int_eq(
	    request_read(&r, env, &none, &e), ERR_FIELDS_TOO_LARGE);
	request_fini(&r);
	free(big);
}
END_TEST

START_TEST(options_asterisk)
{
	const char *env[] = { "REQUEST_METHOD=OPTIONS", "REQUEST_URI=*", NULL };
	struct request r;
	struct err e = ERR_INIT;

	ck_assert_int_eq(read_env(&r, env, &prefix, &e), ERR_OK);
	ck_assert(r.asterisk);
	request_fini(&r);
}
END_TEST

/* A queue at any URL: what its handler will be told of the path. */
static const struct location_case {
	int line;
	const char *env[ENV_MAX];
	enum err_code code;
	const char *path, *info, *uri;
} locations[] = {
	/* as mod_cgid and mod_fcgid fill them */
	{ __LINE__,
	    { "SCRIPT_NAME=/cgi-bin/report", "PATH_INFO=/a b/2",
		"REQUEST_URI=/cgi-bin/report/a%20b/2?x=/y" },
	    ERR_OK, "/cgi-bin/report", "/a b/2",
	    "/cgi-bin/report/a%20b/2?x=/y" },
	{ __LINE__,
	    { "SCRIPT_NAME=/cgi-bin/report", "REQUEST_URI=/cgi-bin/report" },
	    ERR_OK, "/cgi-bin/report", "", "/cgi-bin/report" },
	{ __LINE__, { "SCRIPT_NAME=/r", "PATH_INFO=/", "REQUEST_URI=/r/" },
	    ERR_OK, "/r", "/", "/r/" },
	/* what lies below is the script's, however it looks */
	{ __LINE__,
	    { "SCRIPT_NAME=/r", "PATH_INFO=/a//b/./../c/1/2/3/4/5/6/",
		"REQUEST_URI=/r/%zz" },
	    ERR_OK, "/r", "/a//b/./../c/1/2/3/4/5/6/", "/r/%zz" },
	{ __LINE__,
	    { "SCRIPT_NAME=/r", "PATH_INFO=/a", "REQUEST_URI=http://h/r/a" },
	    ERR_OK, "/r", "/a", "/r/a" },
	/* without REQUEST_URI */
	{ __LINE__, { "SCRIPT_NAME=/r", "PATH_INFO=/a b" }, ERR_OK, "/r",
	    "/a b", "/r/a b" },
	/* as mod_proxy_fcgi does: the whole path is SCRIPT_NAME */
	{ __LINE__, { "SCRIPT_NAME=/r/a b", "REQUEST_URI=/r/a%20b" }, ERR_OK,
	    "/r/a b", "", "/r/a%20b" },
	{ __LINE__,
	    { "SCRIPT_NAME=/r/a b", "REQUEST_URI=/r/a%20b",
		"NIGHTDROP_SCRIPT_NAME=/r" },
	    ERR_OK, "/r", "/a b", "/r/a%20b" },
	{ __LINE__,
	    { "SCRIPT_NAME=/r", "PATH_INFO=/a/b", "REQUEST_URI=/r/a/b",
		"NIGHTDROP_SCRIPT_NAME=/r/a/" },
	    ERR_OK, "/r/a", "/b", "/r/a/b" },
	{ __LINE__,
	    { "SCRIPT_NAME=/r/a", "REQUEST_URI=/r/a",
		"NIGHTDROP_SCRIPT_NAME=/" },
	    ERR_OK, "", "/r/a", "/r/a" },
	{ __LINE__,
	    { "SCRIPT_NAME=/rx", "REQUEST_URI=/rx",
		"NIGHTDROP_SCRIPT_NAME=/r" },
	    ERR_NOT_FOUND, NULL, NULL, NULL },
	{ __LINE__,
	    { "SCRIPT_NAME=/q", "REQUEST_URI=/q", "NIGHTDROP_SCRIPT_NAME=/r" },
	    ERR_NOT_FOUND, NULL, NULL, NULL },
	/* IIS: PATH_INFO begins with SCRIPT_NAME */
	{ __LINE__,
	    { "SERVER_SOFTWARE=Microsoft-IIS/10.0", "SCRIPT_NAME=/r",
		"PATH_INFO=/r/a", "REQUEST_URI=/r/a" },
	    ERR_OK, "/r", "/a", "/r/a" },
	/* errors of whoever configured it */
	{ __LINE__, { "NIGHTDROP_QUEUE=Own", "REQUEST_URI=/r" }, ERR_CONFIG,
	    NULL, NULL, NULL },
	{ __LINE__, { "NIGHTDROP_QUEUE=a/b", "REQUEST_URI=/r" }, ERR_CONFIG,
	    NULL, NULL, NULL },
	{ __LINE__, { "NIGHTDROP_SCRIPT_NAME=r", "REQUEST_URI=/r" }, ERR_CONFIG,
	    NULL, NULL, NULL },
	{ __LINE__, { "NIGHTDROP_SCRIPT_NAME=/%72", "REQUEST_URI=/r" },
	    ERR_CONFIG, NULL, NULL, NULL },
};

START_TEST(a_queue_at_any_url)
{
	static const struct request_defaults queue = {
		.prefix = { PREFIX, sizeof(PREFIX) - 1 },
		.queue = { "own", 3 },
	};
	const struct location_case *t = &locations[_i];
	const char *env[ENV_MAX + 2];
	struct request r;
	struct err e = ERR_INIT;
	struct buf segments;
	enum err_code code;

	fill(env, "REQUEST_METHOD=POST", t->env);
	code = read_env(&r, env, &queue, &e);
	ck_assert_msg(code == t->code, "line %d: %s: %s", t->line,
	    err_name(code), e.text);
	if (code == ERR_OK) {
		buf_init(&segments, 1000);
		join(&r, &segments);
		ck_assert_str_eq(segments.ptr, "queues|own|jobs");
		buf_fini(&segments);
		ck_assert(slice_eq_str(r.queue, "own"));
		ck_assert(slice_eq_str(r.prefix, PREFIX));
		ck_assert_msg(slice_eq_str(r.path, t->path), "line %d: %.*s",
		    t->line, (int)r.path.len, r.path.ptr);
		ck_assert_msg(slice_eq_str(r.info, t->info), "line %d: %.*s",
		    t->line, (int)r.info.len, r.info.ptr);
		ck_assert_msg(slice_eq_str(r.uri, t->uri), "line %d: %.*s",
		    t->line, (int)r.uri.len, r.uri.ptr);
	}
	request_fini(&r);
}
END_TEST

Suite *request_suite(void);

Suite *
request_suite(void)
{
	Suite *s = suite_create("http/request");
	TCase *t = tcase_create("request");

	tcase_add_loop_test(t, targets_are_read_as_the_servers_mean_them, 0,
	    sizeof(targets) / sizeof(targets[0]));
	tcase_add_loop_test(
	    t, a_queue_at_any_url, 0, sizeof(locations) / sizeof(locations[0]));
	tcase_add_loop_test(
	    t, length_and_owner, 0, sizeof(others) / sizeof(others[0]));
	tcase_add_loop_test(t, methods_are_case_sensitive, 0,
	    sizeof(methods) / sizeof(methods[0]));
	tcase_add_test(t, too_many_variables_are_refused);
	tcase_add_test(t, too_large_variables_are_refused);
	tcase_add_test(t, options_asterisk);
	suite_add_tcase(s, t);
	return s;
}
