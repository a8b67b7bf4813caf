/*
 * queue/turn: the parameters are those of the statement's table, and rows are
 * read by column.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/turn.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "db/result.h"
#include "db/stmt.h"

static const struct run_worker me = { .id = 7 };

static void
set(PGresult *res, int row, int col, const void *p, int len)
{
	char *copy = malloc((size_t)len + 1);

	if (copy == NULL)
		abort();
	memcpy(copy, p, (size_t)len);
	ck_assert_int_eq(PQsetvalue(res, row, col, copy, len), 1);
	free(copy);
}

static void
set_text(PGresult *res, int row, int col, const char *s)
{
	set(res, row, col, s, (int)strlen(s));
}

static void
set_int4(PGresult *res, int row, int col, uint32_t v)
{
	v = htonl(v);
	set(res, row, col, &v, 4);
}

/* An empty answer of the statement, with its columns as PostgreSQL says. */
static PGresult *
answer(enum stmt_id id)
{
	static const struct {
		char letter;
		Oid oid;
	} types[] = { { 'b', 16 }, { 'i', 23 }, { 'l', 20 }, { 't', 25 },
		{ 'y', 17 }, { 'u', 2950 }, { 'z', 1184 }, { 'T', 1009 },
		{ 'L', 1016 } };
	PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	const char *s = stmt_get(id)->result;
	PGresAttDesc desc[64];
	char name[] = "c";
	size_t i, k;

	memset(desc, 0, sizeof(desc));
	for (i = 0; s[i] != '\0'; i++) {
		desc[i].name = name;
		desc[i].format = 1;
		for (k = 0; k < sizeof(types) / sizeof(types[0]); k++)
			if (types[k].letter == s[i])
				desc[i].typid = types[k].oid;
	}
	ck_assert_int_eq(PQsetResultAttrs(res, (int)i, desc), 1);
	return res;
}

static struct rows *
rows_of(PGresult *res, enum stmt_id id)
{
	struct err e = ERR_INIT;
	struct rows *rows = NULL;

	ck_assert_int_eq(
	    rows_from_result(res, stmt_get(id), &rows, &e), ERR_OK);
	return rows;
}

START_TEST(counts_of_parameters)
{
	struct turn_finish finish = { .reason = SLICE_LIT("OK"),
		.fields = SLICE_LIT("[]"),
		.body = SLICE_LIT("x"),
		.log = SLICE_LIT("") };
	struct turn_start start = { .attempt = 1 };
	struct turn_cursor cursor = { .queue = "q" };
	struct turn full = { &finish, 1, &start, 1, 10, 100, false, &cursor,
		1 };
	struct turn none = { .want = 1, .lean = true };
	struct turn_return back = { .started = true };
	struct params p;

	params_init(&p);
	turn_params(&p, &me, &full);
	ck_assert_int_eq(p.count, stmt_get(STMT_TURN)->params);
	ck_assert(!p.value[20].null);
	params_reset(&p);
	turn_params(&p, &me, &none);
	ck_assert_int_eq(p.count, stmt_get(STMT_TURN)->params);
	ck_assert(p.value[20].null); /* max_bytes: no bodies */
	params_reset(&p);
	mine_params(&p, &me, &start.id, 1);
	ck_assert_int_eq(p.count, stmt_get(STMT_MINE)->params);
	params_reset(&p);
	give_back_params(&p, &me, &back, 1);
	ck_assert_int_eq(p.count, stmt_get(STMT_GIVE_BACK)->params);
	params_reset(&p);
	output_params(&p, &me, &start, 0, SLICE_LIT("data"));
	ck_assert_int_eq(p.count, stmt_get(STMT_OUTPUT_PUT)->params);
	params_reset(&p);
	input_params(&p, &start.id, 3);
	ck_assert_int_eq(p.count, stmt_get(STMT_PART_READ)->params);
	params_fini(&p);
}
END_TEST

START_TEST(claim_row)
{
	PGresult *res = answer(STMT_TURN);
	struct rows *rows;
	struct turn_row r;
	struct err e = ERR_INIT;

	set_text(res, 0, 0, "claim");
	set_int4(res, 0, 3, 2);
	set_text(res, 0, 4, "report");
	set_text(res, 0, 5, "{}");
	set(res, 0, 9, "", 0);
	set(res, 0, 12, "\1", 1);
	rows = rows_of(res, STMT_TURN);
	ck_assert_int_eq(turn_row_read(rows, 0, &r, &e), ERR_OK);
	ck_assert_int_eq(r.kind, TURN_ROW_CLAIM);
	ck_assert_int_eq(r.verdict, TURN_NONE);
	ck_assert_int_eq(r.attempt, 2);
	ck_assert(slice_eq_str(r.queue, "report"));
	ck_assert(slice_eq_str(r.request, "{}"));
	ck_assert(r.lost);
	/* An empty body is a body; one that is in parts is not here. */
	ck_assert_ptr_nonnull(r.body.ptr);
	ck_assert_uint_eq(r.body.len, 0);
	ck_assert_ptr_null(r.state.ptr);
	rows_free(rows);
}
END_TEST

START_TEST(finish_row)
{
	PGresult *res = answer(STMT_TURN);
	struct rows *rows;
	struct turn_row r;
	struct err e = ERR_INIT;

	set_text(res, 0, 0, "finish");
	set_text(res, 0, 2, "recorded");
	set_text(res, 0, 6, "waiting");
	set_text(res, 1, 0, "finish");
	set_text(res, 1, 2, "stale");
	set_text(res, 2, 0, "finish");
	set_text(res, 2, 2, "perhaps");
	rows = rows_of(res, STMT_TURN);
	ck_assert_int_eq(turn_row_read(rows, 0, &r, &e), ERR_OK);
	ck_assert_int_eq(r.verdict, TURN_RECORDED);
	ck_assert(slice_eq_str(r.fate, "waiting"));
	ck_assert_int_eq(turn_row_read(rows, 1, &r, &e), ERR_OK);
	ck_assert_int_eq(r.verdict, TURN_STALE);
	ck_assert_int_eq(turn_row_read(rows, 2, &r, &e), ERR_SHAPE);
	ck_assert_int_eq(r.verdict, TURN_STALE); /* untouched */
	rows_free(rows);
}
END_TEST

Suite *turn_suite(void);

Suite *
turn_suite(void)
{
	Suite *s = suite_create("queue/turn");
	TCase *t = tcase_create("turn");

	tcase_add_test(t, counts_of_parameters);
	tcase_add_test(t, claim_row);
	tcase_add_test(t, finish_row);
	suite_add_tcase(s, t);
	return s;
}
