/*
 * A chunk of jobs for the statement of a .sql handler: the calls of its
 * transaction that are not the statement's own, and what the statement
 * answered.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_CHUNK_H
#define ND_QUEUE_CHUNK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/slice.h"
#include "base/uuid.h"
#include "db/params.h"
#include "db/rows.h"
#include "queue/run.h"
#include "queue/turn.h"

/* STMT_CHUNK_BEGIN: jobs of one queue whose start is recorded.  It sets the
 * queue's role, which the transaction has until it is set to none. */
void chunk_params(struct params *p, const struct run_worker *w,
    struct slice queue, const struct turn_start *job, size_t len);

struct chunk_held { /* a row of its answer */
	struct uuid id;
	bool stop; /* somebody wants it dismissed: not in the chunk */
};
struct chunk_held chunk_held_read(const struct rows *r, int i);

/* Where in the answer of a statement what is; -1: it is not. */
struct chunk_columns {
	int id, status, type, body;
};

/*
 * The rule: id (uuid) and status (an integer), and where wanted type (text)
 * and body (text, bytea, json or jsonb), each once, in any order, and nothing
 * else.  ERR_CONFIG: what does not keep to it.
 */
enum err_code chunk_columns_find(
    const struct rows *r, struct chunk_columns *out, struct err *e);

struct chunk_row { /* slices live as long as the rows */
	struct uuid id;
	int status;	   /* null: 200 */
	struct slice type; /* null: what goes with the body's own; or none */
	struct slice body; /* null: empty */
};
struct chunk_row chunk_row_read(
    const struct rows *r, const struct chunk_columns *c, int i);

#endif
