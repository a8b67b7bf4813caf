/*
 * A connection to PostgreSQL: an asynchronous core that never blocks, and
 * conn_call, which waits on it.
 *
 * Calls are answered in the order in which they were submitted.  A call has
 * been answered only when the server is ready for the next one (the protocol's
 * ReadyForQuery): for a function that writes, that is after its COMMIT, and an
 * error or warning that comes behind the rows still counts.  A warning during
 * a call (PostgreSQL reports a cut wait for the synchronous standby as success
 * with a warning) makes its outcome ERR_UNKNOWN.
 *
 * When a connection is lost, or a deadline passes, while a call is in flight,
 * the connection is dropped (a commit in flight is never cancelled) and the
 * call fails with ERR_UNKNOWN; one marked CALL_REPEAT is instead sent again on
 * a new connection, until its deadline: only for calls that are idempotent.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_CONN_H
#define ND_DB_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "db/params.h"
#include "db/rows.h"
#include "db/stmt.h"

struct conn;

struct conn_options {
	const char *conninfo;	 /* libpq's; lent for the connection's life */
	const char *application; /* application_name; likewise */
	const char *instance;	 /* id it must have; NULL, "": any; likewise */
	int64_t connect_ms;	 /* limit for one try to connect */
	bool read_write;	 /* refuse a standby (ERR_READ_ONLY) */
};

enum conn_flags {
	CALL_ONCE = 0,
	CALL_REPEAT = 1,
	CALL_INSIDE = 2,  /* of the transaction that is open: see below */
	CALL_DESCRIBE = 4 /* conn_submit_sql: its columns, without rows */
};

/*
 * rows is lent for the duration of the call (take it with conn_keep_rows);
 * NULL when e->code is not ERR_OK, and for a command.  The function may submit
 * further calls, and must not free the connection.
 */
typedef void conn_done_fn(void *ctx, struct rows *rows, const struct err *e);

/* Connects when the first call is submitted.  Aborts without memory. */
struct conn *conn_new(const struct conn_options *o);
void conn_free(struct conn *c); /* pending calls are dropped, not called */

/* Called each time a new session has been established, before any call is
 * sent on it: the batch asks here which jobs are its own. */
void conn_on_session(struct conn *c, void (*fn)(void *ctx), void *ctx);

/*
 * Submit a call.  p is moved: the caller's struct is empty afterwards.
 * deadline_ms is of clock_mono_ms().  Never blocks; fn is called later, from
 * conn_step, exactly once.
 */
void conn_submit(struct conn *c, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, enum conn_flags flags, conn_done_fn *fn, void *ctx);

/*
 * Transactions.  STMT_BEGIN opens one; every other call of it, STMT_COMMIT or
 * STMT_ROLLBACK at last, is marked CALL_INSIDE.  Such a call belongs to the
 * session that is there when it is submitted.  When that is lost the call has
 * failed, and the transaction with it: ERR_DB_AWAY, it was not sent;
 * ERR_UNKNOWN, it was.  An error leaves the transaction open, to be rolled
 * back.
 */

/* STMT_STATEMENT: one statement of somebody else's, whose columns are his own
 * (rows_columns).  More than one is an error.  sql is lent until the answer. */
void conn_submit_sql(struct conn *c, const char *sql, int64_t deadline_ms,
    enum conn_flags flags, conn_done_fn *fn, void *ctx);

/* Of the call that is being answered, for its done function: PostgreSQL's
 * SQLSTATE (""; it has not said one), and for STMT_STATEMENT all its words. */
const char *conn_sqlstate(const struct conn *c);
const char *conn_words(const struct conn *c);

/* The server's process of this session, for STMT_CANCEL; 0: there is none. */
int conn_backend(const struct conn *c);

/* What to poll for: descriptor (-1: none now), events, and the milliseconds
 * until conn_step wants to be called even without (-1: not). */
int conn_fd(const struct conn *c);
short conn_events(const struct conn *c);
int conn_timeout_ms(const struct conn *c);
void conn_step(struct conn *c, short revents);

bool conn_alive(const struct conn *c);	       /* a session is established */
int64_t conn_down_since(const struct conn *c); /* mono ms; -1: it is up */

/* For a done function that wants the rows to outlive it. */
struct rows *conn_keep_rows(struct conn *c);

/*
 * The same, waiting: until answered or deadline.  *out is set on success (free
 * with rows_free).  Errors: those of sqlstate.c; ERR_DB_AWAY: nothing was sent;
 * ERR_UNKNOWN: it may have been done or not, and the same call with the same
 * ids must be made again to know.
 */
enum err_code conn_call(struct conn *c, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, enum conn_flags flags, struct rows **out,
    struct err *e);

/* The same of conn_submit_sql. */
enum err_code conn_call_sql(struct conn *c, const char *sql,
    int64_t deadline_ms, enum conn_flags flags, struct rows **out,
    struct err *e);

/*
 * As conn_call, but p stays the caller's, who may make the call again; and it
 * fails with the first try to connect that fails.
 */
enum err_code conn_try(struct conn *c, enum stmt_id stmt,
    const struct params *p, int64_t deadline_ms, enum conn_flags flags,
    struct rows **out, struct err *e);

/*
 * conn_try in two halves, maybe of two threads one after the other: between
 * them nobody else touches the connection, p, or w.  The first half does not
 * wait; with a session established it has sent the call.
 */
struct conn_wait {
	struct conn *conn;
	bool done;
	struct rows *rows;
	struct err error;
};

void conn_begin(struct conn *c, enum stmt_id stmt, const struct params *p,
    int64_t deadline_ms, enum conn_flags flags, struct conn_wait *w);
enum err_code conn_end(struct conn_wait *w, struct rows **out, struct err *e);

#endif
