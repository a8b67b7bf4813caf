/* SPDX-License-Identifier: ISC */
#include "db/stmt.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "db/params.h"

Suite *stmt_suite(void);

START_TEST(a_statement_is_complete)
{
	const struct stmt *s = stmt_get((enum stmt_id)_i);
	char call[80];

	ck_assert_ptr_nonnull(s->name);
	ck_assert_int_le(s->params, PARAMS_MAX);
	if (s->result[0] == '\0' || s->result[0] == '*')
		return; /* a command, or a statement that is not ours */
	ck_assert_uint_eq(strspn(s->result, "biltyuzTLv"), strlen(s->result));
	if (strncmp(s->sql, "select pg_catalog.", 18) == 0)
		return;
	snprintf(call, sizeof(call), "nightdrop.%s(", s->name);
	ck_assert_ptr_nonnull(strstr(s->sql, call));
}
END_TEST

/* Every parameter is there, with a cast, and none beyond. */
START_TEST(parameters_are_cast)
{
	const struct stmt *s = stmt_get((enum stmt_id)_i);
	char cast[16];

	for (int k = 1; k <= s->params; k++) {
		snprintf(cast, sizeof(cast), "$%d::", k);
		ck_assert_ptr_nonnull(strstr(s->sql, cast));
	}
	snprintf(cast, sizeof(cast), "$%d", s->params + 1);
	ck_assert_ptr_null(strstr(s->sql, cast));
}
END_TEST

Suite *
stmt_suite(void)
{
	Suite *s = suite_create("db/stmt");
	TCase *t = tcase_create("stmt");

	tcase_add_loop_test(t, a_statement_is_complete, 0, STMT_COUNT);
	tcase_add_loop_test(t, parameters_are_cast, 0, STMT_COUNT);
	suite_add_tcase(s, t);
	return s;
}
