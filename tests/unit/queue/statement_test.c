/* SPDX-License-Identifier: ISC */
#include "queue/chunk.h"

#include <check.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "db/result.h"
#include "db/wire.h"

Suite *statement_suite(void);

/* An answer of one row: columns "name:type", values in binary or NULL. */
struct value {
	const char *name;
	Oid type;
	const char *bytes;
	int len;
};

static struct rows *
answer(const struct value *v, int n)
{
	PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc desc[8];
	struct rows *rows = NULL;
	char name[8][16], bytes[64];

	memset(desc, 0, sizeof(desc));
	for (int i = 0; i < n; i++) {
		snprintf(name[i], sizeof(name[i]), "%s", v[i].name);
		desc[i].name = name[i];
		desc[i].typid = v[i].type;
		desc[i].format = 1;
	}
	ck_assert_int_ne(PQsetResultAttrs(res, n, desc), 0);
	for (int i = 0; i < n; i++) {
		memcpy(bytes, v[i].bytes == NULL ? "" : v[i].bytes,
		    (size_t)v[i].len);
		ck_assert_int_ne(PQsetvalue(res, 0, i, bytes,
				     v[i].bytes == NULL ? -1 : v[i].len),
		    0);
	}
	ck_assert_int_eq(
	    rows_from_result(res, stmt_get(STMT_STATEMENT), &rows, NULL),
	    ERR_OK);
	return rows;
}

#define ID                                             \
	{                                              \
		"id", OID_UUID, "0123456789abcdef", 16 \
	}
#define STATUS                                      \
	{                                           \
		"status", OID_INT4, "\0\0\0\xc9", 4 \
	}

START_TEST(columns_in_any_order)
{
	static const struct value v[] = { { "body", OID_TEXT, "hello", 5 },
		STATUS, { "type", OID_TEXT, "a/b", 3 }, ID };
	struct rows *rows = answer(v, 4);
	struct chunk_columns c;
	struct chunk_row r;

	ck_assert_int_eq(chunk_columns_find(rows, &c, NULL), ERR_OK);
	r = chunk_row_read(rows, &c, 0);
	ck_assert_mem_eq(r.id.b, "0123456789abcdef", 16);
	ck_assert_int_eq(r.status, 201);
	ck_assert(slice_eq_str(r.type, "a/b"));
	ck_assert(slice_eq_str(r.body, "hello"));
	rows_free(rows);
}
END_TEST

START_TEST(what_is_refused)
{
	static const struct {
		struct value v[4];
		int n;
		const char *words;
	} cases[] = {
		{ { STATUS }, 1, "no column id" },
		{ { ID }, 1, "no column status" },
		{ { ID, STATUS, { "more", OID_TEXT, "", 0 } }, 3, "'more'" },
		{ { ID, STATUS, STATUS }, 3, "twice" },
		{ { ID, { "status", OID_TEXT, "1", 1 } }, 2, "integer" },
		{ { { "id", OID_TEXT, "1", 1 }, STATUS }, 2, "uuid" },
		{ { ID, STATUS, { "type", OID_BYTEA, "", 0 } }, 3, "text" },
		{ { ID, STATUS, { "body", OID_INT4, "", 0 } }, 3, "bytea" },
	};
	struct rows *rows = answer(cases[_i].v, cases[_i].n);
	struct chunk_columns c = { 7, 7, 7, 7 };
	struct err e = ERR_INIT;

	ck_assert_int_eq(chunk_columns_find(rows, &c, &e), ERR_CONFIG);
	ck_assert_msg(strstr(e.text, cases[_i].words) != NULL, "%s", e.text);
	ck_assert_int_eq(c.id, 7);
	rows_free(rows);
}
END_TEST

START_TEST(statuses_and_bodies)
{
	static const struct {
		struct value status, body;
		int expect;
		const char *type, *text;
	} cases[] = {
		{ { "status", OID_INT2, "\x01\x94", 2 },
		    { "body", OID_JSON, "[1]", 3 }, 404, "application/json",
		    "[1]" },
		{ { "status", OID_INT2, "\xff\xff", 2 },
		    { "body", OID_TEXT, "x", 1 }, -1,
		    "text/plain; charset=utf-8", "x" },
		{ { "status", OID_INT8, "\0\0\0\0\0\0\0\xc8", 8 },
		    { "body", OID_JSONB, "\1{}", 3 }, 200, "application/json",
		    "{}" },
		{ { "status", OID_INT8, "\1\0\0\0\0\0\0\xc8", 8 },
		    { "body", OID_BYTEA, "\xff", 1 }, 0,
		    "application/octet-stream", "\xff" },
		{ { "status", OID_INT4, NULL, 0 },
		    { "body", OID_TEXT, NULL, 0 }, 200, NULL, "" },
	};
	struct value v[] = { ID, cases[_i].status, cases[_i].body };
	struct rows *rows = answer(v, 3);
	struct chunk_columns c;
	struct chunk_row r;

	ck_assert_int_eq(chunk_columns_find(rows, &c, NULL), ERR_OK);
	r = chunk_row_read(rows, &c, 0);
	ck_assert_int_eq(r.status, cases[_i].expect);
	ck_assert(slice_eq_str(r.body, cases[_i].text));
	if (cases[_i].type == NULL)
		ck_assert_ptr_null(r.type.ptr);
	else
		ck_assert(slice_eq_str(r.type, cases[_i].type));
	rows_free(rows);
}
END_TEST

Suite *
statement_suite(void)
{
	Suite *s = suite_create("queue/chunk");
	TCase *t = tcase_create("statement");

	tcase_add_test(t, columns_in_any_order);
	tcase_add_loop_test(t, what_is_refused, 0, 8);
	tcase_add_loop_test(t, statuses_and_bodies, 0, 5);
	suite_add_tcase(s, t);
	return s;
}
