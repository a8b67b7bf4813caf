/*
 * What can be said of a connection without a server: nobody listens.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/conn.h"

#include <check.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"

Suite *conn_suite(void);

static const struct conn_options nowhere = {
	.conninfo = "host=/nonexistent connect_timeout=2 user=nobody "
		    "dbname=none",
	.application = "test",
	.connect_ms = 1000,
};

static struct conn *c;

static void
setup(void)
{
	c = conn_new(&nowhere);
}

static void
teardown(void)
{
	conn_free(c);
}

START_TEST(a_call_waits_for_its_deadline)
{
	struct params p;
	struct rows *r = NULL;
	struct err e = ERR_INIT;
	int64_t began = clock_mono_ms();

	params_init(&p);
	ck_assert_int_eq(
	    conn_call(c, STMT_HELLO, &p, began + 200, CALL_ONCE, &r, &e),
	    ERR_DB_AWAY);
	ck_assert_int_ge(clock_mono_ms() - began, 200);
	ck_assert_int_lt(clock_mono_ms() - began, 2000);
	ck_assert_ptr_null(r);
	ck_assert_ptr_nonnull(strstr(e.text, "/nonexistent"));
	ck_assert_ptr_null(strchr(e.text, '\n'));
	ck_assert(!conn_alive(c));
}
END_TEST

START_TEST(a_try_fails_with_the_connection)
{
	struct params p;
	struct rows *r = NULL;
	int64_t began = clock_mono_ms();

	params_init(&p);
	ck_assert_int_eq(
	    conn_try(c, STMT_HELLO, &p, began + 10000, CALL_ONCE, &r, NULL),
	    ERR_DB_AWAY);
	ck_assert_int_lt(clock_mono_ms() - began, 5000);
	params_fini(&p);
}
END_TEST

struct answers {
	int count;
	int order[2];
	enum err_code code[2];
};

struct asked {
	struct answers *answers;
	int number;
};

static void
answered(void *ctx, struct rows *rows, const struct err *e)
{
	struct asked *a = ctx;

	ck_assert_ptr_null(rows);
	ck_assert_int_lt(a->answers->count, 2);
	a->answers->order[a->answers->count] = a->number;
	a->answers->code[a->answers->count++] = e->code;
}

START_TEST(each_call_is_answered_once_in_order)
{
	struct answers answers = { .count = 0 };
	struct asked first = { &answers, 1 };
	struct asked second = { &answers, 2 };
	int64_t deadline = clock_mono_ms() + 100;
	struct params p;

	params_init(&p);
	params_text(&p, SLICE_LIT("moved"));
	conn_submit(c, STMT_HELLO, &p, deadline, CALL_REPEAT, answered, &first);
	ck_assert_int_eq(p.count, 0);
	conn_submit(c, STMT_HELLO, &p, deadline, CALL_ONCE, answered, &second);
	ck_assert_int_eq(answers.count, 0);
	while (answers.count < 2) {
		struct pollfd f = { .fd = conn_fd(c),
			.events = conn_events(c) };

		ck_assert_int_ge(conn_timeout_ms(c), 0);
		if (poll(&f, 1, conn_timeout_ms(c)) <= 0)
			f.revents = 0;
		conn_step(c, f.revents);
	}
	ck_assert_int_eq(answers.count, 2);
	ck_assert_int_eq(answers.order[0], 1);
	ck_assert_int_eq(answers.order[1], 2);
	ck_assert_int_eq(answers.code[0], ERR_DB_AWAY);
	ck_assert_int_eq(answers.code[1], ERR_DB_AWAY);
}
END_TEST

START_TEST(pending_calls_are_dropped_with_the_connection)
{
	struct answers answers = { .count = 0 };
	struct asked first = { &answers, 1 };
	struct params p;

	params_init(&p);
	params_text(&p, SLICE_LIT("freed"));
	conn_submit(c, STMT_HELLO, &p, clock_mono_ms() + 1000, CALL_ONCE,
	    answered, &first);
	conn_free(c);
	c = NULL;
	ck_assert_int_eq(answers.count, 0);
}
END_TEST

START_TEST(an_idle_connection_wants_nothing)
{
	ck_assert_int_eq(conn_fd(c), -1);
	ck_assert_int_eq(conn_timeout_ms(c), -1);
	conn_step(c, 0);
	ck_assert_int_eq(conn_fd(c), -1);
	ck_assert_int_ge(conn_down_since(c), 0);
}
END_TEST

Suite *
conn_suite(void)
{
	Suite *s = suite_create("db/conn");
	TCase *t = tcase_create("conn");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_call_waits_for_its_deadline);
	tcase_add_test(t, a_try_fails_with_the_connection);
	tcase_add_test(t, each_call_is_answered_once_in_order);
	tcase_add_test(t, pending_calls_are_dropped_with_the_connection);
	tcase_add_test(t, an_idle_connection_wants_nothing);
	suite_add_tcase(s, t);
	return s;
}
