/*
 * The rows of an answer, read by column number.  conn has already checked
 * that number and types of the columns are those in the statement's table
 * (stmt.c), so reading cannot fail.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_ROWS_H
#define ND_DB_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/uuid.h"

struct rows; /* slices read from it live as long as it does */

void rows_free(struct rows *r); /* NULL is fine */
int rows_count(const struct rows *r);

/* Of an answer whose columns nobody has checked (STMT_STATEMENT): how many
 * there are, what one is called, and the letter of its type as in stmt.h;
 * further ones are s int2, j json, J jsonb; ?: any other. */
int rows_columns(const struct rows *r);
const char *rows_name(const struct rows *r, int col);
char rows_letter(const struct rows *r, int col);

bool rows_null(const struct rows *r, int row, int col);
/* SQL null gives false, 0, SLICE_NONE, TIME_NONE, the zero uuid. */
bool rows_bool(const struct rows *r, int row, int col);
int32_t rows_int2(const struct rows *r, int row, int col);
int32_t rows_int4(const struct rows *r, int row, int col);
int64_t rows_int8(const struct rows *r, int row, int col);
struct slice rows_text(const struct rows *r, int row, int col);
struct slice rows_bytes(const struct rows *r, int row, int col);
struct uuid rows_uuid(const struct rows *r, int row, int col);
int64_t rows_time(const struct rows *r, int row, int col); /* Unix us */

/* Arrays (one dimension, no nulls): number of elements, and one of them. */
int rows_array_count(const struct rows *r, int row, int col);
struct slice rows_array_text(const struct rows *r, int row, int col, int i);
int64_t rows_array_int8(const struct rows *r, int row, int col, int i);

#endif
