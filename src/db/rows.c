/*
 * Rows of an answer in binary format.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/rows.h"

#include <stdlib.h>
#include <string.h>

#include "db/result.h"
#include "db/wire.h"

struct rows {
	PGresult *res;
};

/* The letters of struct stmt's result. */
static const struct {
	char letter;
	Oid oid;
} column_types[] = {
	{ 'b', OID_BOOL }, { 'i', OID_INT4 }, { 'l', OID_INT8 },
	{ 't', OID_TEXT }, { 'y', OID_BYTEA }, { 'u', OID_UUID },
	{ 'z', OID_TIMESTAMPTZ }, { 'T', OID_TEXT_ARRAY },
	{ 'L', OID_INT8_ARRAY }, { 's', OID_INT2 }, { 'j', OID_JSON },
	{ 'J', OID_JSONB },
	{ 't', OID_VARCHAR }, /* only rows_letter comes so far */
};

static bool
column_matches(const PGresult *res, int col, char letter)
{
	if (letter == 'v')
		return true;
	for (size_t i = 0; i < sizeof(column_types) / sizeof(*column_types);
	     i++) {
		if (column_types[i].letter == letter)
			return PQftype(res, col) == column_types[i].oid &&
			       PQfformat(res, col) == 1;
	}
	return false;
}

static enum err_code
check_shape(const PGresult *res, const struct stmt *s, struct err *e)
{
	int want = (int)strlen(s->result);

	if (strcmp(s->result, "*") == 0)
		return ERR_OK;
	if (PQnfields(res) != want)
		return err_set(e, ERR_SHAPE,
		    "%s answered %d columns where %d were expected: program "
		    "and schema do not fit; run sql/install of this version",
		    s->name, PQnfields(res), want);
	for (int i = 0; i < want; i++) {
		if (!column_matches(res, i, s->result[i]))
			return err_set(e, ERR_SHAPE,
			    "%s answered column %d (%s) with a type that was "
			    "not expected: program and schema do not fit; run "
			    "sql/install of this version",
			    s->name, i + 1, PQfname(res, i));
	}
	return ERR_OK;
}

enum err_code
rows_from_result(
    PGresult *res, const struct stmt *s, struct rows **out, struct err *e)
{
	enum err_code code = check_shape(res, s, e);
	struct rows *r;

	if (code != ERR_OK) {
		PQclear(res);
		return code;
	}
	r = malloc(sizeof(*r));
	if (r == NULL)
		abort();
	r->res = res;
	*out = r;
	return ERR_OK;
}

void
rows_free(struct rows *r)
{
	if (r == NULL)
		return;
	PQclear(r->res);
	free(r);
}

int
rows_count(const struct rows *r)
{
	return PQntuples(r->res);
}

int
rows_columns(const struct rows *r)
{
	return PQnfields(r->res);
}

const char *
rows_name(const struct rows *r, int col)
{
	return PQfname(r->res, col);
}

char
rows_letter(const struct rows *r, int col)
{
	Oid oid = PQftype(r->res, col);

	for (size_t i = 0; i < sizeof(column_types) / sizeof(*column_types);
	     i++)
		if (column_types[i].oid == oid)
			return column_types[i].letter;
	return '?';
}

bool
rows_null(const struct rows *r, int row, int col)
{
	return PQgetisnull(r->res, row, col) != 0;
}

/* Bytes of a value that has this length; NULL where it is null. */
static const char *
fixed(const struct rows *r, int row, int col, int len)
{
	if (rows_null(r, row, col) || PQgetlength(r->res, row, col) != len)
		return NULL;
	return PQgetvalue(r->res, row, col);
}

bool
rows_bool(const struct rows *r, int row, int col)
{
	const char *v = fixed(r, row, col, 1);

	return v != NULL && *v != 0;
}

int32_t
rows_int2(const struct rows *r, int row, int col)
{
	const char *v = fixed(r, row, col, 2);

	return v == NULL ?
		   0 :
		   (int16_t)((unsigned char)v[0] << 8 | (unsigned char)v[1]);
}

int32_t
rows_int4(const struct rows *r, int row, int col)
{
	const char *v = fixed(r, row, col, 4);

	return v == NULL ? 0 : (int32_t)wire_get32(v);
}

int64_t
rows_int8(const struct rows *r, int row, int col)
{
	const char *v = fixed(r, row, col, 8);

	return v == NULL ? 0 : (int64_t)wire_get64(v);
}

struct slice
rows_text(const struct rows *r, int row, int col)
{
	if (rows_null(r, row, col))
		return SLICE_NONE;
	return slice_mem(PQgetvalue(r->res, row, col),
	    (size_t)PQgetlength(r->res, row, col));
}

struct slice
rows_bytes(const struct rows *r, int row, int col)
{
	return rows_text(r, row, col);
}

struct uuid
rows_uuid(const struct rows *r, int row, int col)
{
	struct uuid u = { { 0 } };
	const char *v = fixed(r, row, col, sizeof(u.b));

	if (v != NULL)
		memcpy(u.b, v, sizeof(u.b));
	return u;
}

int64_t
rows_time(const struct rows *r, int row, int col)
{
	const char *v = fixed(r, row, col, 8);

	return v == NULL ? TIME_NONE : wire_time_in((int64_t)wire_get64(v));
}

/*
 * The items of an array: each four bytes of length and the item.  An empty
 * array has no dimension and ends behind the type's id.
 */
static struct slice
array_items(const struct rows *r, int row, int col, int *count)
{
	struct slice a = rows_bytes(r, row, col);

	*count = 0;
	if (a.ptr == NULL || a.len < 20 || wire_get32(a.ptr) != 1)
		return SLICE_NONE;
	*count = (int)wire_get32(a.ptr + 12);
	return slice_mem(a.ptr + 20, a.len - 20);
}

int
rows_array_count(const struct rows *r, int row, int col)
{
	int count;

	array_items(r, row, col, &count);
	return count;
}

struct slice
rows_array_text(const struct rows *r, int row, int col, int i)
{
	int count;
	struct slice a = array_items(r, row, col, &count);

	while (a.ptr != NULL && a.len >= 4) {
		uint32_t len = wire_get32(a.ptr);
		size_t held = len == UINT32_MAX ? 0 : len;

		if (held > a.len - 4)
			break;
		if (i-- == 0)
			return len == UINT32_MAX ? SLICE_NONE :
						   slice_mem(a.ptr + 4, held);
		a = slice_mem(a.ptr + 4 + held, a.len - 4 - held);
	}
	return SLICE_NONE;
}

int64_t
rows_array_int8(const struct rows *r, int row, int col, int i)
{
	struct slice v = rows_array_text(r, row, col, i);

	return v.len == 8 ? (int64_t)wire_get64(v.ptr) : 0;
}
