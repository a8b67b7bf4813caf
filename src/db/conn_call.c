/*
 * The line of calls: submitting, deadlines, answers; and waiting.
 *
 * Calls leave the line only at its head, to be sent, or at their deadline.  A
 * deadline that passes while the call is in flight drops the session, which
 * is the only way to have nobody wait for it; the call is not cancelled in
 * the server.  Done functions may submit: whatever walks the line takes what
 * it needs off it first.
 *
 * SPDX-License-Identifier: ISC
 */
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "db/conn_impl.h"

static struct call *
enqueue(struct conn *c, enum stmt_id stmt, int64_t deadline_ms,
    enum conn_flags flags, conn_done_fn *fn, void *ctx)
{
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		abort();
	call->stmt = stmt;
	call->flags = flags;
	call->deadline_ms = deadline_ms;
	call->fn = fn;
	call->ctx = ctx;
	call->session = (flags & CALL_INSIDE) == 0 ? 0 : c->sessions;
	params_init(&call->own);
	call->params = &call->own;
	*c->tail = call;
	c->tail = &call->next;
	return call;
}

void
conn_submit(struct conn *c, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, enum conn_flags flags, conn_done_fn *fn, void *ctx)
{
	struct call *call = enqueue(c, stmt, deadline_ms, flags, fn, ctx);

	call->own = *p;
	params_init(p);
}

void
conn_submit_sql(struct conn *c, const char *sql, int64_t deadline_ms,
    enum conn_flags flags, conn_done_fn *fn, void *ctx)
{
	enqueue(c, STMT_STATEMENT, deadline_ms, flags, fn, ctx)->sql = sql;
}

const char *
conn_sqlstate(const struct conn *c)
{
	return c->sqlstate;
}

const char *
conn_words(const struct conn *c)
{
	return c->words;
}

void
conn_requeue(struct conn *c, struct call *call)
{
	call->next = c->head;
	c->head = call;
	if (call->next == NULL)
		c->tail = &call->next;
}

void
conn_answer(
    struct conn *c, struct call *call, struct rows *rows, const struct err *e)
{
	c->lent = rows;
	call->fn(call->ctx, rows, e);
	rows_free(c->lent);
	c->lent = NULL;
	params_fini(&call->own);
	free(call);
}

struct rows *
conn_keep_rows(struct conn *c)
{
	struct rows *rows = c->lent;

	c->lent = NULL;
	return rows;
}

/* Take off the line what matches, and answer it with the last failure. */
static void
fail_if(
    struct conn *c, bool (*match)(const struct call *, int64_t), int64_t with)
{
	struct call *failed = NULL;
	struct call **end = &failed;
	struct call **p = &c->head;

	while (*p != NULL) {
		struct call *call = *p;

		if (!match(call, with)) {
			p = &call->next;
			continue;
		}
		*p = call->next;
		call->next = NULL;
		*end = call;
		end = &call->next;
	}
	c->tail = p;
	while (failed != NULL) {
		struct call *call = failed;
		struct err e = c->why;

		failed = call->next;
		if (call->session != 0)
			err_set(&e, ERR_DB_AWAY,
			    "the connection was lost in a transaction");
		else if (c->state == SESSION_UP)
			err_set(&e, ERR_DB_AWAY,
			    "the connection was in use "
			    "until the deadline");
		else if (e.code == ERR_OK)
			err_set(&e, ERR_DB_AWAY,
			    "database away: no answer "
			    "before the deadline");
		if (call->sent)
			e.code = ERR_UNKNOWN;
		conn_answer(c, call, NULL, &e);
	}
}

static bool
is_any(const struct call *call, int64_t now)
{
	(void)call;
	(void)now;
	return true;
}

static bool
is_one_try(const struct call *call, int64_t now)
{
	(void)now;
	return call->one_try;
}

static bool
is_late(const struct call *call, int64_t now)
{
	return now >= call->deadline_ms;
}

/* session: the one that is there; 0: none. */
static bool
is_cut(const struct call *call, int64_t session)
{
	return call->session != 0 && call->session != session;
}

void
conn_cut(struct conn *c)
{
	fail_if(c, is_cut, c->state == SESSION_UP ? c->sessions : 0);
}

void
conn_fail(struct conn *c, bool all)
{
	fail_if(c, all ? is_any : is_one_try, 0);
}

void
conn_expire(struct conn *c, int64_t now_ms)
{
	if (c->state == SESSION_UP && c->current != NULL &&
	    is_late(c->current, now_ms))
		conn_lose(c, "not answered before the deadline");
	if (conn_earliest(c) <= now_ms)
		fail_if(c, is_late, now_ms);
}

int64_t
conn_earliest(const struct conn *c)
{
	int64_t at = INT64_MAX;

	if (c->state == SESSION_UP && c->current != NULL)
		at = c->current->deadline_ms;
	for (const struct call *call = c->head; call != NULL;
	     call = call->next) {
		if (call->deadline_ms < at)
			at = call->deadline_ms;
	}
	return at;
}

static void
wait_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct conn_wait *w = ctx;

	w->done = true;
	w->error = *e;
	if (rows != NULL)
		w->rows = conn_keep_rows(w->conn);
}

enum err_code
conn_end(struct conn_wait *w, struct rows **out, struct err *e)
{
	struct conn *c = w->conn;

	while (!w->done) {
		struct pollfd p = { .fd = conn_fd(c),
			.events = conn_events(c) };

		if (poll(&p, 1, conn_timeout_ms(c)) <= 0)
			p.revents = 0;
		conn_step(c, p.revents);
	}
	if (w->error.code != ERR_OK)
		return err_set(e, w->error.code, "%s", w->error.text);
	*out = w->rows;
	return ERR_OK;
}

enum err_code
conn_call(struct conn *c, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, enum conn_flags flags, struct rows **out,
    struct err *e)
{
	struct conn_wait w = { .conn = c };

	conn_submit(c, stmt, p, deadline_ms, flags, wait_done, &w);
	conn_step(c, 0);
	return conn_end(&w, out, e);
}

enum err_code
conn_call_sql(struct conn *c, const char *sql, int64_t deadline_ms,
    enum conn_flags flags, struct rows **out, struct err *e)
{
	struct conn_wait w = { .conn = c };

	conn_submit_sql(c, sql, deadline_ms, flags, wait_done, &w);
	conn_step(c, 0);
	return conn_end(&w, out, e);
}

void
conn_begin(struct conn *c, enum stmt_id stmt, const struct params *p,
    int64_t deadline_ms, enum conn_flags flags, struct conn_wait *w)
{
	struct call *call;

	*w = (struct conn_wait) { .conn = c };
	call = enqueue(c, stmt, deadline_ms, flags, wait_done, w);
	call->params = p;
	call->one_try = true;
	conn_step(c, 0);
}

enum err_code
conn_try(struct conn *c, enum stmt_id stmt, const struct params *p,
    int64_t deadline_ms, enum conn_flags flags, struct rows **out,
    struct err *e)
{
	struct conn_wait w;

	conn_begin(c, stmt, p, deadline_ms, flags, &w);
	return conn_end(&w, out, e);
}
