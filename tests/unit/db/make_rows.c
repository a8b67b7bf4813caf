/* SPDX-License-Identifier: ISC */
#include "make_rows.h"

#include <check.h>
#include <string.h>

#include "db/result.h"
#include "db/wire.h"

#define COLUMNS_MAX 40

static Oid
oid_of(char letter)
{
	static const char letters[] = "biltyuzTLv";
	static const Oid oids[] = { OID_BOOL, OID_INT4, OID_INT8, OID_TEXT,
		OID_BYTEA, OID_UUID, OID_TIMESTAMPTZ, OID_TEXT_ARRAY,
		OID_INT8_ARRAY, 2278 };
	const char *at = strchr(letters, letter);

	ck_assert_ptr_nonnull(at);
	return oids[at - letters];
}

static void
set_value(PGresult *res, int row, const struct params *p, int col)
{
	static char empty[] = "";
	char *bytes = p->value[col].len == 0 ?
			  empty :
			  p->arena.ptr + p->value[col].offset;

	ck_assert_int_ne(PQsetvalue(res, row, col, bytes,
			     p->value[col].null ? -1 : p->value[col].len),
	    0);
}

struct rows *
make_rows(enum stmt_id stmt, struct params *row, int count)
{
	static char name[] = "column";
	const struct stmt *s = stmt_get(stmt);
	int columns = (int)strlen(s->result);
	PGresAttDesc desc[COLUMNS_MAX];
	PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	struct rows *rows = NULL;

	memset(desc, 0, sizeof(desc));
	for (int i = 0; i < columns; i++) {
		desc[i].name = name;
		desc[i].typid = oid_of(s->result[i]);
		desc[i].format = 1;
	}
	ck_assert_int_ne(PQsetResultAttrs(res, columns, desc), 0);
	for (int r = 0; r < count; r++) {
		ck_assert_int_eq(row[r].count, columns);
		for (int i = 0; i < columns; i++)
			set_value(res, r, &row[r], i);
		params_fini(&row[r]);
	}
	ck_assert_int_eq(rows_from_result(res, s, &rows, NULL), ERR_OK);
	return rows;
}
