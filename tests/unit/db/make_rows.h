/*
 * Rows without a server: what a statement would have answered.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_TESTS_MAKE_ROWS_H
#define ND_TESTS_MAKE_ROWS_H

#include "db/params.h"
#include "db/rows.h"
#include "db/stmt.h"

/*
 * Count rows, each of so many values as the statement has columns: params are
 * written as results are.  Each row is emptied.
 */
struct rows *make_rows(enum stmt_id stmt, struct params *row, int count);

#endif
