/*
 * queue/plan: the parameters are those of the statement's table.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/plan.h"

#include <check.h>

#include "base/clock.h"
#include "db/stmt.h"

START_TEST(parameters)
{
	static const char *const scope[] = { "a", "b" };
	const struct plan_hand hand[] = { { "a", 0 }, { "b", -7 } };
	const struct turn_cursor cursor = { .queue = "a" };
	const struct plan_ask ask = { .hand = hand,
		.hands = 2,
		.cutoff = SLICE_LIT("1:2:"),
		.until = TIME_NONE,
		.want = 5,
		.cursor = &cursor,
		.cursors = 1 };
	struct params p;

	params_init(&p);
	plan_open_params(&p, scope, 2, "06:00");
	ck_assert_int_eq(p.count, stmt_get(STMT_PLAN_OPEN)->params);
	params_reset(&p);
	plan_open_params(&p, NULL, 0, NULL);
	ck_assert_int_eq(p.count, stmt_get(STMT_PLAN_OPEN)->params);
	ck_assert(p.value[0].null && p.value[1].null);
	params_reset(&p);
	plan_claim_params(&p, &ask);
	ck_assert_int_eq(p.count, stmt_get(STMT_PLAN_CLAIM)->params);
	params_fini(&p);
}
END_TEST

Suite *plan_suite(void);

Suite *
plan_suite(void)
{
	Suite *s = suite_create("queue/plan");
	TCase *t = tcase_create("plan");

	tcase_add_test(t, parameters);
	suite_add_tcase(s, t);
	return s;
}
