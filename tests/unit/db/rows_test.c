/* SPDX-License-Identifier: ISC */
#include "db/rows.h"

#include <check.h>
#include <string.h>

#include "base/clock.h"
#include "db/result.h"
#include "make_rows.h"

Suite *rows_suite(void);

START_TEST(values_are_read_by_type)
{
	struct params p;
	struct rows *r;

	params_init(&p);
	params_int4(&p, -7);
	params_text(&p, SLICE_LIT("me"));
	params_time(&p, 1234567890);
	params_bool(&p, true);
	params_bool(&p, false);
	r = make_rows(STMT_HELLO, &p, 1);
	ck_assert_int_eq(rows_count(r), 1);
	ck_assert_int_eq(rows_int4(r, 0, 0), -7);
	ck_assert(slice_eq_str(rows_text(r, 0, 1), "me"));
	ck_assert_int_eq(rows_time(r, 0, 2), 1234567890);
	ck_assert(rows_bool(r, 0, 3));
	rows_free(r);
}
END_TEST

START_TEST(null_reads_as_nothing)
{
	struct params p;
	struct rows *r;

	params_init(&p);
	for (int i = 0; i < 5; i++)
		params_null(&p);
	r = make_rows(STMT_HELLO, &p, 1);
	ck_assert(rows_null(r, 0, 0));
	ck_assert_int_eq(rows_int4(r, 0, 0), 0);
	ck_assert_ptr_null(rows_text(r, 0, 1).ptr);
	ck_assert_int_eq(rows_time(r, 0, 2), TIME_NONE);
	ck_assert(!rows_bool(r, 0, 3));
	rows_free(r);
}
END_TEST

START_TEST(infinite_times_stay_so)
{
	struct params p;
	struct rows *r;

	params_init(&p);
	params_int4(&p, 1);
	params_null(&p);
	params_time(&p, INT64_MAX);
	params_bool(&p, false);
	params_bool(&p, false);
	r = make_rows(STMT_HELLO, &p, 1);
	ck_assert_int_eq(rows_time(r, 0, 2), INT64_MAX);
	rows_free(r);
}
END_TEST

/* The answer of run_open, which has arrays. */
static struct rows *
opened(void)
{
	struct params p;

	params_init(&p);
	params_text(&p, SLICE_LIT("opened"));
	params_int8(&p, 1);
	params_int8(&p, 2);
	params_array_begin(&p, PARAM_TEXT);
	params_item_text(&p, SLICE_LIT("a"));
	params_item_text(&p, SLICE_LIT(""));
	params_item_text(&p, SLICE_LIT("ccc"));
	params_array_end(&p);
	params_array_begin(&p, PARAM_TEXT);
	params_array_end(&p);
	params_int8(&p, 300000);
	params_null(&p);
	params_array_begin(&p, PARAM_INT8);
	params_item_int8(&p, -1);
	params_item_int8(&p, INT64_MAX);
	params_array_end(&p);
	params_null(&p);
	params_null(&p);
	params_text(&p, SLICE_LIT("2026-11-25"));
	params_null(&p);
	return make_rows(STMT_RUN_OPEN, &p, 1);
}

START_TEST(arrays_are_read_by_number)
{
	struct rows *r = opened();

	ck_assert_int_eq(rows_array_count(r, 0, 3), 3);
	ck_assert(slice_eq_str(rows_array_text(r, 0, 3, 0), "a"));
	ck_assert_ptr_nonnull(rows_array_text(r, 0, 3, 1).ptr);
	ck_assert_uint_eq(rows_array_text(r, 0, 3, 1).len, 0);
	ck_assert(slice_eq_str(rows_array_text(r, 0, 3, 2), "ccc"));
	ck_assert_ptr_null(rows_array_text(r, 0, 3, 3).ptr);
	ck_assert_int_eq(rows_array_count(r, 0, 4), 0);
	ck_assert_int_eq(rows_array_int8(r, 0, 7, 0), -1);
	ck_assert_int_eq(rows_array_int8(r, 0, 7, 1), INT64_MAX);
	ck_assert_int_eq(rows_array_count(r, 0, 8), 0); /* null */
	rows_free(r);
}
END_TEST

static PGresult *
result(int columns, Oid type, int format)
{
	static char name[] = "what";
	PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc desc[2];

	memset(desc, 0, sizeof(desc));
	for (int i = 0; i < columns; i++) {
		desc[i].name = name;
		desc[i].typid = type;
		desc[i].format = format;
	}
	PQsetResultAttrs(res, columns, desc);
	return res;
}

START_TEST(another_shape_is_refused)
{
	const struct stmt *s = stmt_get(STMT_UPKEEP); /* one text */
	struct rows *r = NULL;
	struct err e = ERR_INIT;

	ck_assert_int_eq(
	    rows_from_result(result(2, 25, 1), s, &r, &e), ERR_SHAPE);
	ck_assert_int_eq(
	    rows_from_result(result(1, 20, 1), s, &r, &e), ERR_SHAPE);
	ck_assert_ptr_nonnull(strstr(e.text, "column 1 (what)"));
	ck_assert_int_eq(
	    rows_from_result(result(1, 25, 0), s, &r, &e), ERR_SHAPE);
	ck_assert_ptr_null(r);
	ck_assert_int_eq(rows_from_result(result(1, 25, 1), s, &r, &e), ERR_OK);
	rows_free(r);
}
END_TEST

Suite *
rows_suite(void)
{
	Suite *s = suite_create("db/rows");
	TCase *t = tcase_create("rows");

	tcase_add_test(t, values_are_read_by_type);
	tcase_add_test(t, null_reads_as_nothing);
	tcase_add_test(t, infinite_times_stay_so);
	tcase_add_test(t, arrays_are_read_by_number);
	tcase_add_test(t, another_shape_is_refused);
	suite_add_tcase(s, t);
	return s;
}
