/*
 * What a job has come to.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/outcome.h"

#include <check.h>
#include <string.h>

#define ROWS(t) (int)(sizeof(t) / sizeof((t)[0]))
#define LIMIT 100000

Suite *outcome_suite(void);

struct fixture {
	struct answer answer;
	struct buf text, why;
	struct slot_outcome out;
};

static void
open_fixture(struct fixture *x)
{
	memset(x, 0, sizeof(*x));
	answer_init(&x->answer);
	answer_reset(&x->answer, LIMIT);
	buf_init(&x->text, 1 << 20);
	buf_init(&x->why, 1024);
}

static void
close_fixture(struct fixture *x)
{
	answer_fini(&x->answer);
	buf_fini(&x->text);
	buf_fini(&x->why);
}

/* Answer all of bytes, as far as there is room; then decide. */
static void
decide(struct fixture *x, struct outcome_facts f, struct slice bytes)
{
	while (bytes.len > 0 && answer_room(&x->answer) > 0) {
		size_t n = answer_room(&x->answer);

		if (n > bytes.len)
			n = bytes.len;
		answer_add(&x->answer, bytes.ptr, n);
		bytes = slice_mem(bytes.ptr + n, bytes.len - n);
	}
	answer_end(&x->answer);
	f.answer = &x->answer;
	outcome_decide(&f, &x->text, &x->why, &x->out);
}

START_TEST(table)
{
	static const struct {
		int line;
		const char *answer;
		bool timed_out;
		int exit_code, signal;
		enum slot_result result;
		int status;
		bool by_handler;
	} rows[] = {
		{ __LINE__, "Status: 200\n\n", true, 0, 0, RESULT_RETRY, 504,
		    false },
		{ __LINE__, "Status: 200\n\n", true, -1, 15, RESULT_RETRY, 504,
		    false },
		{ __LINE__, "Status: 200\n\n", false, 1, 0, RESULT_RETRY, 502,
		    false },
		{ __LINE__, "Status: 404\n\n", false, -1, 9, RESULT_RETRY, 502,
		    false },
		{ __LINE__, "", false, 0, 0, RESULT_RETRY, 502, false },
		{ __LINE__, "hello\n", false, 0, 0, RESULT_RETRY, 502, false },
		{ __LINE__, "Status: 200\n", false, 0, 0, RESULT_RETRY, 502,
		    false },
		{ __LINE__, "Status: 150\n\n", false, 0, 0, RESULT_RETRY, 502,
		    false },
		{ __LINE__, "Status: 202\n\nat 5", false, 0, 0, RESULT_CONTINUE,
		    202, true },
		{ __LINE__, "Status: 408\n\n", false, 0, 0, RESULT_RETRY, 408,
		    true },
		{ __LINE__, "Status: 425\n\n", false, 0, 0, RESULT_RETRY, 425,
		    true },
		{ __LINE__, "Status: 429\n\n", false, 0, 0, RESULT_RETRY, 429,
		    true },
		{ __LINE__, "Status: 500\n\n", false, 0, 0, RESULT_RETRY, 500,
		    true },
		{ __LINE__, "Status: 599\n\n", false, 0, 0, RESULT_RETRY, 599,
		    true },
		{ __LINE__, "Status: 400\n\n", false, 0, 0, RESULT_FAILED, 400,
		    true },
		{ __LINE__, "Status: 403\n\n", false, 0, 0, RESULT_FAILED, 403,
		    true },
		{ __LINE__, "Status: 499\n\n", false, 0, 0, RESULT_FAILED, 499,
		    true },
		{ __LINE__, "Status: 200\n\n", false, 0, 0, RESULT_SUCCESSFUL,
		    200, true },
		{ __LINE__, "Content-Type: a/b\n\n", false, 0, 0,
		    RESULT_SUCCESSFUL, 200, true },
		{ __LINE__, "Location: /x\n\n", false, 0, 0, RESULT_SUCCESSFUL,
		    303, true },
		{ __LINE__, "Location: http://x/\n\n", false, 0, 0,
		    RESULT_SUCCESSFUL, 302, true },
	};

	for (int i = 0; i < ROWS(rows); i++) {
		struct outcome_facts f = { .timed_out = rows[i].timed_out,
			.exit_code = rows[i].exit_code,
			.signal = rows[i].signal };
		struct fixture x;

		open_fixture(&x);
		decide(&x, f, slice_str(rows[i].answer));
		ck_assert_msg(x.out.result == rows[i].result &&
				  x.out.status == rows[i].status &&
				  x.out.by_handler == rows[i].by_handler &&
				  x.out.exit_code == rows[i].exit_code &&
				  x.out.signal == rows[i].signal &&
				  x.out.retry_ms == -1 &&
				  x.out.reason[0] != '\0',
		    "line %d: result %d, status %d", rows[i].line, x.out.result,
		    x.out.status);
		/* Ours is explained, the handler's is not. */
		ck_assert_msg((x.why.len == 0) == rows[i].by_handler,
		    "line %d: %s", rows[i].line, x.why.ptr);
		close_fixture(&x);
	}
}
END_TEST

START_TEST(exec_failure)
{
	struct outcome_facts f = { .trouble = "cannot run it",
		.exit_code = 127 };
	struct fixture x;

	open_fixture(&x);
	decide(&x, f, SLICE_LIT(""));
	ck_assert_int_eq(x.out.status, 502);
	ck_assert_int_eq(x.out.result, RESULT_RETRY);
	ck_assert_str_eq(x.why.ptr, "cannot run it");
	close_fixture(&x);
}
END_TEST

START_TEST(reason_is_the_handlers_or_the_registered_one)
{
	static const struct {
		const char *answer, *reason;
	} rows[] = {
		{ "Status: 404 No Such Shop\n\n", "No Such Shop" },
		{ "Status: 404\n\n", "Not Found" },
		{ "Status: 404 \xe4\n\n", "Not Found" },
		{ "Content-Type: a/b\n\n", "OK" },
	};

	for (int i = 0; i < ROWS(rows); i++) {
		struct outcome_facts f = { .exit_code = 0 };
		struct fixture x;

		open_fixture(&x);
		decide(&x, f, slice_str(rows[i].answer));
		ck_assert_str_eq(x.out.reason, rows[i].reason);
		close_fixture(&x);
	}
}
END_TEST

START_TEST(fields)
{
	struct outcome_facts f = { .exit_code = 0 };
	struct fixture x;

	open_fixture(&x);
	decide(&x, f,
	    SLICE_LIT("Content-Type: text/\"x\"\r\n"
		      "Status: 200 OK\r\nConnection: close\r\nX-Latin: \xe4\r\n"
		      "transfer-encoding: chunked\r\nContent-Length: 7\r\n"
		      "X-Utf: \xc3\xa4\tb\\\r\n\r\nbody"));
	ck_assert(slice_eq_str(x.out.fields,
	    "[[\"Content-Type\",\"text/\\\"x\\\"\"],"
	    "[\"X-Utf\",\"\xc3\xa4\\u0009b\\\\\"]]"));
	ck_assert(slice_eq_str(x.out.body, "body"));
	ck_assert(x.out.size == 4);
	close_fixture(&x);
}
END_TEST

START_TEST(retry_after)
{
	struct outcome_facts f = { .now_us = 0 };
	struct fixture x;

	open_fixture(&x);
	decide(&x, f, SLICE_LIT("Status: 503\nRetry-After: 90\n\nlater"));
	ck_assert(x.out.retry_ms == 90000);
	ck_assert(slice_eq_str(x.out.body, "later"));
	close_fixture(&x);
	open_fixture(&x);
	decide(&x, f, SLICE_LIT("Status: 200\nRetry-After: 90\n\n"));
	ck_assert(x.out.retry_ms == -1);
	close_fixture(&x);
}
END_TEST

/* An answer of this status with a body of len bytes c. */
static void
decide_body(struct fixture *x, int status, char c, size_t len)
{
	struct outcome_facts f = { .exit_code = 0 };
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_printf(&b, "Status: %d\n\n", status);
	memset(buf_room(&b, len), c, len);
	b.len += len;
	decide(x, f, buf_view(&b));
	buf_fini(&b);
}

START_TEST(state)
{
	static const struct {
		int line;
		char c;
		size_t len;
		int status;
	} rows[] = {
		{ __LINE__, 'x', 0, 202 },
		{ __LINE__, 'x', SLOT_STATE_LIMIT, 202 },
		{ __LINE__, 'x', SLOT_STATE_LIMIT + 1, 502 },
		{ __LINE__, 'x', LIMIT, 502 },
		{ __LINE__, '\0', 1, 502 },
	};

	for (int i = 0; i < ROWS(rows); i++) {
		struct fixture x;

		open_fixture(&x);
		decide_body(&x, 202, rows[i].c, rows[i].len);
		ck_assert_msg(x.out.status == rows[i].status, "line %d: %d",
		    rows[i].line, x.out.status);
		close_fixture(&x);
	}
}
END_TEST

START_TEST(limits)
{
	struct fixture x;

	open_fixture(&x);
	decide_body(&x, 200, 'x', LIMIT);
	ck_assert_int_eq(x.out.status, 200);
	ck_assert_ptr_null(x.out.body.ptr); /* long: in parts */
	ck_assert(x.out.size == LIMIT);
	close_fixture(&x);

	open_fixture(&x);
	decide_body(&x, 200, 'x', LIMIT + 1);
	ck_assert_int_eq(x.out.status, 502);
	ck_assert_ptr_nonnull(x.out.body.ptr);
	ck_assert(x.out.size == 0);
	close_fixture(&x);

	open_fixture(&x);
	decide_body(&x, 200, 'x', SLOT_INLINE_SIZE);
	ck_assert(x.out.body.len == SLOT_INLINE_SIZE);
	close_fixture(&x);
}
END_TEST

START_TEST(header_too_long)
{
	struct outcome_facts f = { .exit_code = 0 };
	struct fixture x;
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_puts(&b, "Status: 200\nX-A: ");
	while (b.len < SLOT_HEADER_LIMIT)
		buf_putc(&b, 'x');
	buf_puts(&b, "\n\n");
	open_fixture(&x);
	decide(&x, f, buf_view(&b));
	ck_assert_int_eq(x.out.status, 502);
	ck_assert_ptr_nonnull(strstr(x.why.ptr, "header"));
	close_fixture(&x);
	buf_fini(&b);
}
END_TEST

Suite *
outcome_suite(void)
{
	Suite *s = suite_create("handler/outcome");
	TCase *t = tcase_create("outcome");

	tcase_add_test(t, table);
	tcase_add_test(t, exec_failure);
	tcase_add_test(t, reason_is_the_handlers_or_the_registered_one);
	tcase_add_test(t, fields);
	tcase_add_test(t, retry_after);
	tcase_add_test(t, state);
	tcase_add_test(t, limits);
	tcase_add_test(t, header_too_long);
	suite_add_tcase(s, t);
	return s;
}
