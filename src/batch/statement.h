/*
 * The statement of a .sql handler, as a file and before it is run.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_STATEMENT_H
#define ND_BATCH_STATEMENT_H

#include <stdint.h>

#include "base/err.h"
#include "db/conn.h"

#define STATEMENT_LIMIT 1048576 /* bytes of text */

/* *sql: to be freed.  ERR_CONFIG: it cannot be read, is too long, is empty, or
 * is no UTF-8 without NUL. */
enum err_code statement_read(const char *path, char **sql, struct err *e);

/*
 * Would it run?  As the queue's role, in a transaction that is rolled back, it
 * is planned and its columns are looked at; nothing of it is done.  ERR_CONFIG
 * says what is wrong, and what to do; else the database's errors.
 */
enum err_code statement_check(struct conn *c, const char *queue,
    const char *path, int64_t deadline_ms, struct err *e);

#endif
