/*
 * What the calls of this folder have in common.  For its files alone.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_ASK_H
#define ND_QUEUE_ASK_H

#include "db/pool.h"
#include "queue/accept.h"
#include "queue/monitor.h"

/* Parameters: owner, '' where there is none; id, owner and capability. */
void ask_owner(struct params *p, struct slice owner);
void ask_reader(struct params *p, const struct reader *who);

/* A call that is read-only or idempotent: repeated when a connection is lost.
 * p is moved.  *out is set on success (rows_free). */
enum err_code ask_rows(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, struct rows **out, struct err *e);

/* The same, where one row is due: ERR_SHAPE. */
enum err_code ask_row(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, struct rows **out, struct err *e);

/* The same, where that row is a verdict of receipt.h and what it speaks of. */
enum err_code ask_limit(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, int64_t *limit, struct err *e);

/* Bytes on their way in: a call that answers whether what they belong to is
 * still there.  fill writes its parameters; it is called once more where a
 * partition had to be made first. */
typedef void ask_fill_fn(struct params *p, const void *arg);
enum err_code ask_put(struct store *s, enum stmt_id stmt, ask_fill_fn *fill,
    const void *arg, int64_t deadline_ms, bool *there, struct err *e);

/* One try of a call that answers a receipt: for settle.h. */
enum err_code ask_receipt(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, struct receipt *out, struct err *e);

/* A word of the database and the code that it stands for. */
struct ask_word {
	const char *word; /* NULL: the end of a list */
	enum err_code code;
	const char *text;
};

/* ERR_SHAPE: not in the list. */
enum err_code ask_judge(
    const struct ask_word *words, struct slice verdict, struct err *e);

#endif
