/*
 * batch/pass: when a run claims, and when it is over.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/pass.h"

#include <check.h>

static const struct uuid id;

START_TEST(ends_when_a_whole_pass_is_dry)
{
	struct pass p;

	pass_init(&p);
	ck_assert(pass_wants(&p, 0));
	ck_assert(!pass_over(&p, 0));
	pass_take(&p, SLICE_LIT("a"), 5, &id);
	pass_take(&p, SLICE_LIT("b"), 6, &id);
	pass_take(&p, SLICE_LIT("a"), 7, &id);
	ck_assert_uint_eq(p.cursors, 2);
	ck_assert_int_eq(p.cursor[0].position, 7);
	pass_idle(&p, -1); /* behind the cursors; the heads come next */
	ck_assert_uint_eq(p.cursors, 0);
	ck_assert(pass_wants(&p, 0));
	ck_assert(!pass_over(&p, 0));
	pass_idle(&p, -1);
	ck_assert(!pass_wants(&p, 0));
	ck_assert(pass_over(&p, 0));
	pass_fini(&p);
}
END_TEST

START_TEST(waits_for_a_retry_that_is_due_soon)
{
	struct pass p;

	pass_init(&p);
	pass_idle(&p, 1000);
	ck_assert(!pass_wants(&p, 999));
	ck_assert(!pass_over(&p, 999));
	ck_assert(pass_wants(&p, 1000));
	pass_idle(&p, 1000 + PASS_PATIENCE_MS + 1);
	ck_assert(pass_over(&p, 1000));
	pass_fini(&p);
}
END_TEST

START_TEST(looks_again_when_a_job_has_ended)
{
	struct pass p;

	pass_init(&p);
	pass_idle(&p, -1);
	pass_stir(&p);
	ck_assert(pass_wants(&p, 0));
	ck_assert(!pass_over(&p, 0));
	pass_fini(&p);
}
END_TEST

/* Jobs that this host cannot do move the cursor and do not keep it going. */
START_TEST(skipped_jobs_do_not_count)
{
	struct pass p;

	pass_init(&p);
	pass_skip(&p, SLICE_LIT("a"), 5, &id);
	ck_assert_uint_eq(p.cursors, 1);
	pass_idle(&p, -1);
	ck_assert(pass_over(&p, 0));
	pass_fini(&p);
}
END_TEST

START_TEST(pace_follows_the_handlers)
{
	struct pace p = { .slots = 4, .mean_ms = -1 };

	ck_assert_int_eq(pace_within(&p, 2000, 4, 500), 4);
	pace_add(&p, 1000); /* four a second */
	ck_assert_int_eq(pace_within(&p, 2000, 4, 500), 8);
	ck_assert_int_eq(pace_within(&p, 100, 0, 64), 0);
	for (int i = 0; i < 100; i++)
		pace_add(&p, 1);
	ck_assert_int_eq(pace_within(&p, 2000, 4, 500), 500);
	ck_assert_int_eq(pace_within(&p, 100, 0, 64), 64);
	for (int i = 0; i < 100; i++)
		pace_add(&p, 0);
	ck_assert_int_eq(pace_within(&p, 100, 0, 64), 64);
}
END_TEST

START_TEST(reserves)
{
	struct pace p = { .slots = 4, .mean_ms = -1 };

	ck_assert_int_eq(pace_reserve(&p, 0, 1), 4); /* a job a slot */
	p.mean_ms = 100; /* two seconds of four slots are 80 */
	ck_assert_int_eq(pace_reserve(&p, 0, 1), 80);
	ck_assert_int_eq(pace_reserve(&p, 40, 1), 40);
	ck_assert_int_eq(pace_reserve(&p, 41, 1), 0); /* enough */
	ck_assert_int_eq(pace_reserve(&p, 0, 10), 800);
	p.mean_ms = 1;
	ck_assert_int_eq(pace_reserve(&p, 0, 1), RESERVE_MOST);
	p.mean_ms = 60000;
	ck_assert_int_eq(pace_reserve(&p, 0, 1), 4);
	p.slots = 600;
	ck_assert_int_eq(pace_reserve(&p, 0, 1), 600);
}
END_TEST

Suite *pass_suite(void);

Suite *
pass_suite(void)
{
	Suite *s = suite_create("batch/pass");
	TCase *t = tcase_create("pass");

	tcase_add_test(t, ends_when_a_whole_pass_is_dry);
	tcase_add_test(t, waits_for_a_retry_that_is_due_soon);
	tcase_add_test(t, looks_again_when_a_job_has_ended);
	tcase_add_test(t, skipped_jobs_do_not_count);
	tcase_add_test(t, pace_follows_the_handlers);
	tcase_add_test(t, reserves);
	suite_add_tcase(s, t);
	return s;
}
