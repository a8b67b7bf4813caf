/*
 * Whole requests against a transport of memory and a database that is not
 * there: everything that is decided without one, and what is said where one
 * would be needed.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/exchange.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "queue/store.h"

#define ENV_MAX 6

struct memory {
	struct slice in;
	bool breaks; /* the body ends with an error */
	struct buf out;
};

static long
memory_read(struct exchange *x, void *p, size_t len)
{
	struct memory *m = x->io;

	if (m->in.len == 0)
		return m->breaks ? -1 : 0;
	if (len > m->in.len)
		len = m->in.len;
	memcpy(p, m->in.ptr, len);
	m->in = slice_mem(m->in.ptr + len, m->in.len - len);
	return (long)len;
}

static bool
memory_write(struct exchange *x, const void *p, size_t len)
{
	struct memory *m = x->io;

	return buf_append(&m->out, p, len);
}

#define ID "/p/jobs/019a0000-0000-7000-8000-000000000000"
#define KEY "~0123456789abcdefghijkl"
#define POST "REQUEST_METHOD=POST", "REQUEST_URI=/p/queues/q/jobs"

static const struct exchange_case {
	int line;
	const char *env[ENV_MAX];
	const char *body;
	bool breaks;
	const char *status; /* the answer begins with */
	const char *has;    /* and contains; NULL: has no body */
} cases[] = {
	{ __LINE__, { "REQUEST_METHOD=GET", "REQUEST_URI=/p/" }, "", false,
	    "Status: 200 OK\r\n",
	    "{\"rel\":\"queues\",\"href\":\"https://b.example/p/queues\"}" },
	{ __LINE__, { "REQUEST_METHOD=HEAD", "REQUEST_URI=/p/" }, "", false,
	    "Status: 200 OK\r\n", NULL },
	{ __LINE__,
	    { "REQUEST_METHOD=GET", "REQUEST_URI=/p/", "HTTP_IF_NONE_MATCH=*" },
	    "", false, "Status: 304 Not Modified\r\n", NULL },
	{ __LINE__, { "REQUEST_METHOD=GET", "REQUEST_URI=/p/none" }, "", false,
	    "Status: 404 Not Found\r\n", "\"type\":\"/p/problems#not-found\"" },
	{ __LINE__, { "REQUEST_METHOD=HEAD", "REQUEST_URI=/p/none" }, "", false,
	    "Status: 404 Not Found\r\n", NULL },
	{ __LINE__, { "REQUEST_METHOD=BREW", "REQUEST_URI=/p/" }, "", false,
	    "Status: 501 Not Implemented\r\n", "not-implemented" },
	{ __LINE__, { "REQUEST_METHOD=PUT", "REQUEST_URI=/p/queues" }, "",
	    false, "Status: 405 Method Not Allowed\r\n",
	    "\r\nAllow: GET, HEAD, OPTIONS\r\n" },
	{ __LINE__, { "REQUEST_METHOD=GET", "REQUEST_URI=/p/queues/q/jobs" },
	    "", false, "Status: 405 Method Not Allowed\r\n",
	    "\r\nAllow: POST, OPTIONS\r\n" },
	{ __LINE__, { "REQUEST_METHOD=OPTIONS", "REQUEST_URI=" ID }, "", false,
	    "Status: 204 No Content\r\n", NULL },
	{ __LINE__, { "REQUEST_METHOD=OPTIONS", "REQUEST_URI=*" }, "", false,
	    "Status: 204 No Content\r\n", NULL },
	{ __LINE__, { "REQUEST_METHOD=GET", "REQUEST_URI=/p/jobs/1" }, "",
	    false, "Status: 404 Not Found\r\n", "not-found" },
	{ __LINE__, { "REQUEST_METHOD=GET", "REQUEST_URI=" ID "~short" }, "",
	    false, "Status: 404 Not Found\r\n", "not-found" },
	{ __LINE__, { "REQUEST_METHOD=GET", "REQUEST_URI=" ID "~" }, "", false,
	    "Status: 404 Not Found\r\n", "not-found" },
	{ __LINE__,
	    { "REQUEST_METHOD=POST", "REQUEST_URI=/p/queues/Q%20/jobs" }, "",
	    false, "Status: 404 Not Found\r\n", "not-found" },
	/* refused before the database is asked */
	{ __LINE__, { POST, "HTTP_SEC_FETCH_SITE=cross-site" }, "", false,
	    "Status: 403 Forbidden\r\n", "forbidden" },
	{ __LINE__, { POST, "HTTP_IDEMPOTENCY_KEY=\"\"" }, "", false,
	    "Status: 400 Bad Request\r\n", "Idempotency-Key" },
	{ __LINE__, { POST, "HTTP_CONTENT_DIGEST=x" }, "", false,
	    "Status: 400 Bad Request\r\n", "problems#syntax" },
	{ __LINE__,
	    { POST, "HTTP_REPR_DIGEST=sha-256=:"
		    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:" },
	    "x", false, "Status: 400 Bad Request\r\n", "problems#digest" },
	{ __LINE__, { POST, "CONTENT_TYPE=a\r\nb" }, "", false,
	    "Status: 400 Bad Request\r\n", "problems#syntax" },
	{ __LINE__, { POST, "HTTP_X=\xff" }, "", false,
	    "Status: 400 Bad Request\r\n", "problems#syntax" },
	{ __LINE__, { POST, "CONTENT_LENGTH=3" }, "xx", false,
	    "Status: 400 Bad Request\r\n", "problems#length" },
	{ __LINE__, { POST, "CONTENT_LENGTH=3" }, "xxxx", false,
	    "Status: 400 Bad Request\r\n", "problems#length" },
	{ __LINE__, { POST, "CONTENT_LENGTH=3" }, "xx", true,
	    "Status: 400 Bad Request\r\n", "problems#client-gone" },
	{ __LINE__, { POST, "CONTENT_LENGTH=2" }, "xx", true,
	    "Status: 400 Bad Request\r\n", "problems#client-gone" },
	{ __LINE__, { POST }, "xx", true, "Status: 400 Bad Request\r\n",
	    "problems#client-gone" },
	/* who is calling, and from where */
	{ __LINE__,
	    { "REQUEST_METHOD=GET", "REQUEST_URI=/p/",
		"HTTP_AUTHORIZATION=Basic cm9vdDp4" },
	    "", false, "Status: 200 OK\r\n", "Nightdrop" },
	{ __LINE__,
	    { "REQUEST_METHOD=GET", "REQUEST_URI=/p/",
		"HTTP_AUTHORIZATION=Bearer x" },
	    "", false, "Status: 503 Service Unavailable\r\n",
	    "problems#database-away" },
	{ __LINE__,
	    { POST, "REMOTE_USER=a", "REMOTE_USER=b",
		"NIGHTDROP_TRUST_USER=1" },
	    "", false, "Status: 401 Unauthorized\r\n",
	    "\r\nWWW-Authenticate: Bearer realm=\"nightdrop\"\r\n" },
	{ __LINE__, { POST, "HTTP_ORIGIN=https://a.example" }, "", false,
	    "Status: 503 Service Unavailable\r\n",
	    "\r\nAccess-Control-Allow-Origin: https://a.example\r\n" },
	{ __LINE__, { "REQUEST_METHOD=BREW", "HTTP_ORIGIN=https://a.example" },
	    "", false, "Status: 501 Not Implemented\r\n",
	    "\r\nAccess-Control-Allow-Origin: https://a.example\r\n" },
	{ __LINE__, { POST, "HTTP_ORIGIN=https://b.example" }, "", false,
	    "Status: 403 Forbidden\r\n", "\r\nVary: Origin\r\n" },
	/* the database is away */
	{ __LINE__, { POST }, "xx", false,
	    "Status: 503 Service Unavailable\r\n", "\r\nRetry-After: " },
	{ __LINE__, { POST, "CONTENT_LENGTH=1000000" }, "", false,
	    "Status: 503 Service Unavailable\r\n", "problems#database-away" },
	{ __LINE__, { "REQUEST_METHOD=GET", "REQUEST_URI=" ID }, "", false,
	    "Status: 503 Service Unavailable\r\n", "problems#database-away" },
	{ __LINE__, { "REQUEST_METHOD=DELETE", "REQUEST_URI=" ID KEY }, "",
	    false, "Status: 503 Service Unavailable\r\n",
	    "problems#database-away" },
	{ __LINE__, { "REQUEST_METHOD=GET", "REQUEST_URI=/p/health" }, "",
	    false, "Status: 503 Service Unavailable\r\n",
	    "problems#database-away" },
};

static const char *const settings[][2] = {
	{ "database", "host=/nonexistent" },
	{ "prefix", "/p" },
	{ "base_url", "https://b.example" },
	{ "allowed_origins", "https://a.example" },
};

static struct config config;

static void
setup(void)
{
	struct err e = ERR_INIT;
	size_t n = sizeof(settings) / sizeof(settings[0]);

	ck_assert_int_eq(log_open("/dev/null", "test", &e), ERR_OK);
	ck_assert_int_eq(config_load(&config, "/dev/null", &e), ERR_OK);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(config_set(&config, settings[i][0],
				     slice_str(settings[i][1]), &e),
		    ERR_OK);
	config.deadline_ms = 100;
}

static void
teardown(void)
{
	config_fini(&config);
}

static void
handle(
    const struct exchange_case *t, struct memory *m, const struct err *broken)
{
	static const struct transport transport = { memory_read, memory_write };
	char text[ENV_MAX][128];
	char *env[ENV_MAX + 1] = { NULL };
	struct exchange x = { .transport = &transport,
		.env = env,
		.io = m,
		.config = &config,
		.broken = broken };

	for (int i = 0; i < ENV_MAX && t->env[i] != NULL; i++) {
		ck_assert_uint_lt(strlen(t->env[i]), sizeof(text[i]));
		env[i] = strcpy(text[i], t->env[i]);
	}
	x.store = broken == NULL ? store_new(&config) : NULL;
	x.deadline_ms = clock_mono_ms() + config.deadline_ms;
	exchange_handle(&x);
	ck_assert(!x.cut);
	if (x.store != NULL)
		store_free(x.store);
}

static void
check_common(const struct exchange_case *t, const char *answer)
{
	static const char *const all[] = {
		"\r\nVary: Accept, Prefer, Authorization\r\n",
		"\r\nCache-Control: ",
		"\r\nReferrer-Policy: no-referrer\r\n",
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ck_assert_msg(strstr(answer, all[i]) != NULL,
		    "line %d: %s in %s", t->line, all[i], answer);
}

START_TEST(requests_without_a_database)
{
	const struct exchange_case *t = &cases[_i];
	struct memory m = { slice_str(t->body), t->breaks, { 0 } };
	const char *body;

	buf_init(&m.out, 65536);
	handle(t, &m, NULL);
	ck_assert_msg(strncmp(m.out.ptr, t->status, strlen(t->status)) == 0,
	    "line %d: %s", t->line, m.out.ptr);
	check_common(t, m.out.ptr);
	body = strstr(m.out.ptr, "\r\n\r\n") + 4;
	if (t->has == NULL)
		ck_assert_msg(*body == '\0', "line %d: %s", t->line, body);
	else
		ck_assert_msg(strstr(m.out.ptr, t->has) != NULL, "line %d: %s",
		    t->line, m.out.ptr);
	buf_fini(&m.out);
}
END_TEST

START_TEST(a_process_that_could_not_start_says_503)
{
	static const struct err broken = { ERR_CONFIG, "secret" };
	struct memory m = { SLICE_LIT("x"), false, { 0 } };

	buf_init(&m.out, 65536);
	handle(&cases[_i], &m, &broken);
	ck_assert_ptr_nonnull(strstr(m.out.ptr, "Status: 503 "));
	ck_assert_ptr_null(strstr(m.out.ptr, "secret"));
	buf_fini(&m.out);
}
END_TEST

Suite *exchange_suite(void);

Suite *
exchange_suite(void)
{
	Suite *s = suite_create("responder/exchange");
	TCase *t = tcase_create("exchange");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, requests_without_a_database, 0,
	    sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(t, a_process_that_could_not_start_says_503, 0, 1);
	suite_add_tcase(s, t);
	return s;
}
