/*
 * From libpq's result to rows.  For the files of this folder and their tests.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_RESULT_H
#define ND_DB_RESULT_H

#include <libpq-fe.h>

#include "base/err.h"
#include "db/rows.h"
#include "db/stmt.h"

/*
 * Take the result over, once its columns have been found to be those of the
 * statement's table, in number, type and binary format.  ERR_SHAPE: they are
 * not, and the result is cleared.  Aborts without memory.
 */
enum err_code rows_from_result(
    PGresult *res, const struct stmt *s, struct rows **out, struct err *e);

#endif
