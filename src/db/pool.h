/*
 * A few connections that many threads share.  While the database is away one
 * thread at a time tries; the others are told at once.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_POOL_H
#define ND_DB_POOL_H

#include "db/conn.h"

struct pool;

struct pool *pool_new(const struct conn_options *o, int size);
void pool_free(struct pool *p); /* nobody may be inside */

/* Take a connection, make the call, give it back; params is moved.  Errors:
 * conn_call's, and ERR_DB_AWAY at once while another thread is finding out.
 * Thread-safe. */
enum err_code pool_call(struct pool *p, enum stmt_id stmt,
    struct params *params, int64_t deadline_ms, enum conn_flags flags,
    struct rows **out, struct err *e);

#endif
