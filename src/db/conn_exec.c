/*
 * One call on an established session.
 *
 * Each statement is prepared when it is first called in a session.  A call has
 * succeeded only when all of this has been seen: one good result of the
 * expected shape; after it PQgetResult's NULL with the transaction status
 * idle, which libpq knows from ReadyForQuery alone; and between sending and
 * that, no error and no warning.  (The server sends CommandComplete before it
 * commits: the rows alone prove nothing.)
 *
 * Three errors come before anything was done, and the call is made once more.
 * Behind a pooler that hands each transaction to any session, prepared
 * statements are missing (26000) or there already (42P05): from then on they
 * are sent unnamed.  A change of the schema makes plans useless (0A000): a new
 * session has none.
 *
 * SPDX-License-Identifier: ISC
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "db/conn_impl.h"
#include "db/result.h"
#include "db/sqlstate.h"

struct arguments {
	const char *value[PARAMS_MAX];
	int len[PARAMS_MAX];
	int format[PARAMS_MAX];
};

static void
arguments_set(struct arguments *a, const struct params *p)
{
	for (int i = 0; i < p->count; i++) {
		a->len[i] = p->value[i].len;
		a->format[i] = 1;
		if (p->value[i].null)
			a->value[i] = NULL;
		else if (p->value[i].lent != NULL)
			a->value[i] = p->value[i].lent;
		else if (p->value[i].len == 0)
			a->value[i] = "";
		else
			a->value[i] = p->arena.ptr + p->value[i].offset;
	}
}

static int
send_execute(struct conn *c, const struct stmt *s, const struct call *call)
{
	const struct params *p = call->params;
	struct arguments a;

	arguments_set(&a, p);
	if ((call->flags & CALL_DESCRIBE) != 0)
		return PQsendDescribePrepared(c->pg, "");
	if (call->sql != NULL)
		return PQsendQueryParams(
		    c->pg, call->sql, 0, NULL, NULL, NULL, NULL, 1);
	if (c->unnamed)
		return PQsendQueryParams(
		    c->pg, s->sql, p->count, NULL, a.value, a.len, a.format, 1);
	return PQsendQueryPrepared(
	    c->pg, s->name, p->count, a.value, a.len, a.format, 1);
}

static void
flush(struct conn *c)
{
	int left = PQflush(c->pg);

	c->events = left > 0 ? POLLIN | POLLOUT : POLLIN;
	if (left < 0)
		conn_lose(c, NULL);
}

/* Send the next message of the current call. */
static void
send_phase(struct conn *c)
{
	const struct call *call = c->current;
	const struct stmt *s = stmt_get(call->stmt);
	bool describe = (call->flags & CALL_DESCRIBE) != 0;
	int sent;

	c->error.code = ERR_OK;
	c->sqlstate[0] = '\0';
	c->words[0] = '\0';
	c->warning.code = ERR_OK;
	if (describe && c->phase == EXEC_IDLE) {
		c->phase = EXEC_PREPARING;
		sent = PQsendPrepare(c->pg, "", call->sql, 0, NULL);
	} else if (call->sql == NULL && !c->unnamed &&
		   !c->prepared[c->current->stmt]) {
		c->phase = EXEC_PREPARING;
		sent = PQsendPrepare(c->pg, s->name, s->sql, 0, NULL);
	} else {
		c->phase = EXEC_EXECUTING;
		c->current->sent = true;
		sent = send_execute(c, s, call);
	}
	if (sent == 0)
		conn_lose(c, NULL);
	else
		flush(c);
}

void
conn_send(struct conn *c, struct call *call)
{
	struct err e;

	c->current = call;
	if (call->params->arena.failed ||
	    call->params->count != stmt_get(call->stmt)->params) {
		err_set(&e, ERR_INTERNAL,
		    "%s: its parameters do not fit into memory",
		    stmt_get(call->stmt)->name);
		c->current = NULL;
		conn_answer(c, call, NULL, &e);
		return;
	}
	send_phase(c);
}

/*
 * A warning: PostgreSQL's way to say that a transaction has been committed
 * here, but not where it should have been copied to.
 */
void
conn_notice(void *ctx, const PGresult *res)
{
	struct conn *c = ctx;
	const char *severity =
	    PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);

	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (severity != NULL && strcmp(severity, "WARNING") == 0)
		err_set(&c->warning, ERR_UNKNOWN,
		    "PostgreSQL warned: %s: ask again with the same id",
		    text == NULL ? "no message" : text);
}

static void
take_error(struct conn *c, const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (c->sqlstate[0] != '\0')
		return; /* the first error is the cause */
	if (state != NULL && strlen(state) < sizeof(c->sqlstate))
		strcpy(c->sqlstate, state);
	if (c->current->sql != NULL)
		snprintf(c->words, sizeof(c->words), "%s",
		    PQresultErrorMessage(res));
	sqlstate_err(state, PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME),
	    PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY), &c->error);
}

static void
take_result(struct conn *c, PGresult *res)
{
	const struct stmt *s = stmt_get(c->current->stmt);
	ExecStatusType status = PQresultStatus(res);
	bool describe = (c->current->flags & CALL_DESCRIBE) != 0;
	bool command = c->phase == EXEC_PREPARING || *s->result == '\0';

	if (c->phase == EXEC_EXECUTING && c->rows == NULL && !command &&
	    status == (describe ? PGRES_COMMAND_OK : PGRES_TUPLES_OK)) {
		rows_from_result(res, s, &c->rows, &c->error);
		return;
	}
	if (status == PGRES_FATAL_ERROR)
		take_error(c, res);
	else if (status != PGRES_COMMAND_OK || !command)
		err_set(&c->error, ERR_SHAPE, "%s answered with %s", s->name,
		    PQresStatus(status));
	PQclear(res);
}

/* An error of the statement's plan, met for the first time: once more. */
static bool
replan(struct conn *c)
{
	struct call *call = c->current;
	bool stale = strcmp(c->sqlstate, "0A000") == 0;

	if (call->sql != NULL)
		return false; /* it was not our plan */
	if (call->replanned || (!stale && strcmp(c->sqlstate, "26000") != 0 &&
				   strcmp(c->sqlstate, "42P05") != 0))
		return false;
	call->replanned = true;
	if (stale) {
		if ((call->flags & CALL_REPEAT) == 0)
			call->sent = false; /* so it has not been done */
		conn_lose(c, "the schema has changed");
	} else {
		c->unnamed = true;
		if (call->session != 0)
			return false; /* the transaction is spoilt */
		send_phase(c);
	}
	return true;
}

/* May the session be as it is, now that the call is over? */
static bool
is_settled(const struct conn *c)
{
	bool inside = (c->current->flags & CALL_INSIDE) != 0 ||
		      c->current->stmt == STMT_BEGIN;

	switch (PQtransactionStatus(c->pg)) {
	case PQTRANS_IDLE:
		return true;
	case PQTRANS_INTRANS:
	case PQTRANS_INERROR:
		return inside;
	default:
		return false;
	}
}

static void
judge(struct conn *c)
{
	const struct stmt *s = stmt_get(c->current->stmt);

	/* Within a transaction a warning is somebody's own. */
	if (c->error.code == ERR_OK &&
	    ((c->current->flags & CALL_INSIDE) == 0 ||
		c->current->stmt == STMT_COMMIT))
		c->error = c->warning;
	if (c->error.code == ERR_OK && c->rows == NULL && *s->result != '\0')
		err_set(&c->error, ERR_SHAPE, "%s answered no rows", s->name);
	if (c->error.code != ERR_OK) {
		rows_free(c->rows);
		c->rows = NULL;
	}
}

/* PQgetResult has said that there is no more. */
static void
phase_done(struct conn *c)
{
	struct call *call = c->current;
	struct rows *rows;
	struct err e;

	if (!is_settled(c)) {
		conn_lose(c, NULL);
		return;
	}
	if (c->error.code != ERR_OK && replan(c))
		return;
	if (c->phase == EXEC_PREPARING && c->error.code == ERR_OK) {
		c->prepared[call->stmt] = call->sql == NULL;
		send_phase(c);
		return;
	}
	judge(c);
	c->phase = EXEC_IDLE;
	if (call == &c->hello) {
		conn_greeted(c);
		return;
	}
	e = c->error;
	rows = c->rows;
	c->rows = NULL;
	c->current = NULL;
	c->backoff_ms = 0;
	if (e.code == ERR_READ_ONLY)
		conn_lose(c, e.text); /* the primary is elsewhere now */
	conn_answer(c, call, rows, &e);
}

/*
 * Read what has come.  A TLS record may be longer than the room that libpq
 * reads into, and what OpenSSL then keeps is not seen by poll: ask again.
 */
static bool
consume(struct conn *c)
{
	bool layered = PQsslInUse(c->pg) || PQgssEncInUse(c->pg);

	for (int i = 0; i < (layered ? 3 : 1); i++) {
		if (!PQconsumeInput(c->pg))
			return false;
	}
	return true;
}

static bool
is_copy(const PGresult *res)
{
	ExecStatusType status = PQresultStatus(res);

	return status == PGRES_COPY_IN || status == PGRES_COPY_OUT ||
	       status == PGRES_COPY_BOTH;
}

void
conn_receive(struct conn *c)
{
	const struct call *call = c->current;

	if (!consume(c)) {
		conn_lose(c, NULL);
		return;
	}
	flush(c);
	while (
	    c->current == call && c->phase != EXEC_IDLE && !PQisBusy(c->pg)) {
		enum exec_phase phase = c->phase;
		PGresult *res = PQgetResult(c->pg);

		if (is_copy(res)) { /* there would be no end of it */
			PQclear(res);
			conn_lose(c, "a COPY was begun");
			return;
		}
		if (res != NULL) {
			take_result(c, res);
			continue;
		}
		phase_done(c);
		if (phase != c->phase || c->current != call)
			return;
	}
}

/*
 * Before something is sent on an idle session: has the server closed it
 * meanwhile?  Then nothing has been sent, and a new session may be made.
 */
bool
conn_quiet(struct conn *c)
{
	struct pollfd p = { .fd = PQsocket(c->pg), .events = POLLIN };

	while (poll(&p, 1, 0) > 0) {
		if (!PQconsumeInput(c->pg))
			return false;
		PQisBusy(c->pg); /* parses notices and parameter changes */
	}
	return PQstatus(c->pg) == CONNECTION_OK;
}
