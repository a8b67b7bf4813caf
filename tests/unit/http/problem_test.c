/* SPDX-License-Identifier: ISC */
#include "http/problem.h"

#include <check.h>
#include <jansson.h>
#include <string.h>

#include "http/status.h"

/* Every code says something true, with a next step. */
START_TEST(every_code_has_a_problem)
{
	const struct problem *p = problem_get((enum err_code)_i);

	ck_assert_int_ge(p->status, 400);
	ck_assert_int_lt(p->status, 600);
	ck_assert_str_ne(status_reason(p->status), "Unassigned");
	ck_assert_uint_gt(strlen(p->title), 0);
	ck_assert_uint_gt(strlen(p->next), 0);
	/* I10: what is not known, and what is ours, is never a 4xx. */
	if (p->ours)
		ck_assert_int_ge(p->status, 500);
	ck_assert(p->retry == (p->status == 503 || p->status == 429));
}
END_TEST

START_TEST(a_document)
{
	struct problem_note note = { SLICE_LIT("too \"big\""), "0123", 9, 0 };
	struct buf b;
	json_t *root;

	buf_init(&b, 10000);
	problem_put(&b, SLICE_LIT("/api"), "too-large",
	    problem_get(ERR_TOO_LARGE), &note);
	root = json_loadb(b.ptr, b.len, 0, NULL);
	ck_assert_ptr_nonnull(root);
	ck_assert_str_eq(json_string_value(json_object_get(root, "type")),
	    "/api/problems#too-large");
	ck_assert_str_eq(
	    json_string_value(json_object_get(root, "detail")), "too \"big\"");
	ck_assert_str_eq(
	    json_string_value(json_object_get(root, "id")), "0123");
	ck_assert_int_eq(
	    json_integer_value(json_object_get(root, "status")), 413);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "limit")), 9);
	json_decref(root);
	buf_fini(&b);
}
END_TEST

Suite *problem_suite(void);

Suite *
problem_suite(void)
{
	Suite *s = suite_create("http/problem");
	TCase *t = tcase_create("problem");

	tcase_add_loop_test(t, every_code_has_a_problem, ERR_OK + 1, ERR_COUNT);
	tcase_add_test(t, a_document);
	suite_add_tcase(s, t);
	return s;
}
