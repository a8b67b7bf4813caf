/*
 * What an error of PostgreSQL means to us: a table from SQLSTATE, or its
 * class, to our codes.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_SQLSTATE_H
#define ND_DB_SQLSTATE_H

#include "base/err.h"

/*
 * state, constraint and message as the server sent them (NULL: it did not);
 * code and text are stored in e, with the next step where there is one.
 * Returns the code, never ERR_OK.
 */
enum err_code sqlstate_err(const char *state, const char *constraint,
    const char *message, struct err *e);

#endif
