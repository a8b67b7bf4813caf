/* SPDX-License-Identifier: ISC */
#include "responder/document.h"

#include <check.h>

#include "base/clock.h"

#define S INT64_C(1000000)
#define NOW (1700000000 * S)

static const struct {
	int line;
	const char *status;
	int64_t earliest;
	int min, max;
} cases[] = {
	{ __LINE__, "accepted", TIME_NONE, 48, 72 },
	{ __LINE__, "accepted", NOW + 100 * S, 80, 120 },
	{ __LINE__, "accepted", NOW + 86400 * S, 2880, 4320 },
	{ __LINE__, "accepted", NOW + 2 * S, 5, 5 },
	{ __LINE__, "accepted", NOW - 100 * S, 5, 5 },
	{ __LINE__, "running", TIME_NONE, 8, 12 },
	{ __LINE__, "successful", NOW + 100 * S, 0, 0 },
	{ __LINE__, "dismissed", TIME_NONE, 0, 0 },
};

START_TEST(when_to_ask_again)
{
	struct job_state s = { .status = slice_str(cases[_i].status) };

	s.quote.earliest = cases[_i].earliest;
	for (int i = 0; i < 1000; i++) {
		int seconds = document_retry_after(&s, NOW);

		ck_assert_msg(
		    seconds >= cases[_i].min && seconds <= cases[_i].max,
		    "line %d: %d", cases[_i].line, seconds);
	}
}
END_TEST

static const struct job_ref ref = { .id = { { 1, 2, 3 } },
	.path = "/jobs/i~k" };

START_TEST(a_job_as_json)
{
	struct receipt r = { .status = "accepted",
		.accepted = 0,
		.size = 3,
		.digest = { 0 },
		.digested = true,
		.quote = { TIME_NONE, TIME_NONE, 60 * S, 2, true, "a \"b\"" } };
	struct job_state s = document_state(&r, SLICE_LIT("q"));
	struct call c = { .allow = NULL };
	struct buf b;

	buf_init(&c.base, 100);
	buf_puts(&c.base, "/p");
	buf_init(&b, 10000);
	document_put(&b, &c, &ref, &s);
	ck_assert_str_eq(b.ptr,
	    "{\"id\":\"01020300-0000-0000-0000-000000000000\",\"queue\":\"q\","
	    "\"status\":\"accepted\",\"attempt\":0,"
	    "\"accepted\":\"1970-01-01T00:00:00.000Z\",\"started\":null,"
	    "\"finished\":null,\"progress\":null,\"message\":null,"
	    "\"carried_over\":0,\"size\":3,"
	    "\"digest\":\"sha-256=:"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:\","
	    "\"quote\":{\"earliest\":null,\"likely\":null,"
	    "\"latest\":\"1970-01-01T00:01:00.000Z\",\"ahead\":2,"
	    "\"fits\":true,\"basis\":\"a \\\"b\\\"\"},\"outcome\":null,"
	    "\"expires\":null,\"links\":["
	    "{\"rel\":\"monitor\",\"href\":\"/p/jobs/i~k\"},"
	    "{\"rel\":\"response\",\"href\":\"/p/jobs/i~k/response\"},"
	    "{\"rel\":\"request\",\"href\":\"/p/jobs/i~k/request\"}]}");
	buf_reset(&b);
	c.prefer.minimal = true;
	document_put(&b, &c, &ref, &s);
	ck_assert_str_eq(b.ptr,
	    "{\"id\":\"01020300-0000-0000-0000-000000000000\","
	    "\"status\":\"accepted\",\"latest\":\"1970-01-01T00:01:00.000Z\","
	    "\"monitor\":\"/p/jobs/i~k\"}");
	buf_fini(&b);
	buf_fini(&c.base);
}
END_TEST

Suite *document_suite(void);

Suite *
document_suite(void)
{
	Suite *s = suite_create("responder/document");
	TCase *t = tcase_create("document");

	tcase_add_loop_test(
	    t, when_to_ask_again, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, a_job_as_json);
	suite_add_tcase(s, t);
	return s;
}
