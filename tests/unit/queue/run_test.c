/*
 * queue/run: the parameters are those of the statement's table.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/run.h"

#include <check.h>

static const struct run_worker me = { .id = 7 };

START_TEST(open_or_join)
{
	static const char *const scope[] = { "a", "b" };
	const int64_t proven[] = { 3 };
	struct run_entry n = { .scope = scope,
		.scope_len = 2,
		.slots = 4,
		.host = "h",
		.lock = "/run/x",
		.pid = 1,
		.proven = proven,
		.proven_len = 1 };
	struct params p;

	params_init(&p);
	ck_assert_int_eq(run_entry_params(&p, &n), STMT_RUN_OPEN);
	ck_assert_int_eq(p.count, stmt_get(STMT_RUN_OPEN)->params);
	params_reset(&p);
	n.run = 12;
	ck_assert_int_eq(run_entry_params(&p, &n), STMT_RUN_JOIN);
	ck_assert_int_eq(p.count, stmt_get(STMT_RUN_JOIN)->params);
	params_fini(&p);
}
END_TEST

START_TEST(the_others)
{
	struct params p;

	params_init(&p);
	run_worker_params(&p, &me);
	ck_assert_int_eq(p.count, stmt_get(STMT_LEASE_RENEW)->params);
	ck_assert_int_eq(p.count, stmt_get(STMT_RUN_LEAVE)->params);
	params_reset(&p);
	run_recover_params(&p, &me, NULL, 0);
	ck_assert_int_eq(p.count, stmt_get(STMT_RECOVER)->params);
	params_fini(&p);
}
END_TEST

Suite *run_suite(void);

Suite *
run_suite(void)
{
	Suite *s = suite_create("queue/run");
	TCase *t = tcase_create("run");

	tcase_add_test(t, open_or_join);
	tcase_add_test(t, the_others);
	suite_add_tcase(s, t);
	return s;
}
