/* SPDX-License-Identifier: ISC */
#include "db/sqlstate.h"

#include <check.h>
#include <string.h>

Suite *sqlstate_suite(void);

static const struct {
	const char *state, *constraint;
	enum err_code code;
} states[] = {
	{ "ND401", NULL, ERR_LEASE },
	{ "ND404", NULL, ERR_NOT_FOUND },
	{ "ND503", NULL, ERR_BUSY },
	{ "ND999", NULL, ERR_DB },
	{ "08006", NULL, ERR_UNKNOWN },
	{ "22021", NULL, ERR_SYNTAX },
	{ "23505", NULL, ERR_DB },
	{ "23514", NULL, ERR_NO_PARTITION },
	{ "23514", "queue_name_form", ERR_DB },
	{ "25006", NULL, ERR_READ_ONLY },
	{ "40001", NULL, ERR_BUSY },
	{ "40003", NULL, ERR_UNKNOWN },
	{ "40P01", NULL, ERR_BUSY },
	{ "42501", NULL, ERR_CONFIG },
	{ "42883", NULL, ERR_SCHEMA },
	{ "53100", NULL, ERR_FULL },
	{ "55P03", NULL, ERR_BUSY },
	{ "55000", NULL, ERR_DB },
	{ "57014", NULL, ERR_UNKNOWN },
	{ "57P01", NULL, ERR_UNKNOWN },
	{ "XX000", NULL, ERR_DB },
	{ "", NULL, ERR_DB },
	{ NULL, NULL, ERR_DB },
};

START_TEST(a_state_has_a_code)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(
	    sqlstate_err(states[_i].state, states[_i].constraint, "words", &e),
	    states[_i].code);
	ck_assert_int_eq(e.code, states[_i].code);
	ck_assert_ptr_nonnull(strstr(e.text, "words"));
}
END_TEST

START_TEST(the_text_names_the_state_and_the_next_step)
{
	struct err e = ERR_INIT;

	sqlstate_err("53100", NULL, "could not extend file", &e);
	ck_assert_ptr_nonnull(strstr(e.text, "could not extend file"));
	ck_assert_ptr_nonnull(strstr(e.text, "53100"));
	ck_assert_ptr_nonnull(strstr(e.text, "free disk"));
}
END_TEST

Suite *
sqlstate_suite(void)
{
	Suite *s = suite_create("db/sqlstate");
	TCase *t = tcase_create("sqlstate");

	tcase_add_loop_test(
	    t, a_state_has_a_code, 0, sizeof(states) / sizeof(*states));
	tcase_add_test(t, the_text_names_the_state_and_the_next_step);
	suite_add_tcase(s, t);
	return s;
}
