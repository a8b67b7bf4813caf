/*
 * The session: how a connection comes up, is lost, and comes up again.
 *
 * Everything is libpq's asynchronous interface, moved along by conn_step.  Two
 * things in it may still block: looking up a host's name (give addresses or a
 * socket's directory in the connection string, or names that /etc/hosts
 * knows), and reading password and certificate files.
 *
 * A session is in use only after hello() has been answered on it
 * (conn_hello.c).  If it is refused there, waiting does not help: calls fail
 * with its text, and the next try is made some seconds later at the earliest.
 * Every other failure is tried again, at once and then with growing pauses,
 * as long as a call waits.  The pauses begin anew only after a call has been
 * answered, so that a call which kills its session is not repeated in a loop.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/conn.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "db/conn_impl.h"

#define BACKOFF_MIN_MS 50
#define BACKOFF_MAX_MS 2000
#define REFUSED_MS 5000 /* schema, instance, privileges: a person's work */
#define STANDBY_MS 1000 /* a fail-over may be under way */

struct conn *
conn_new(const struct conn_options *o)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->options = *o;
	c->tail = &c->head;
	c->down_since_ms = clock_mono_ms();
	c->hello.stmt = STMT_HELLO;
	params_init(&c->hello.own);
	c->hello.params = &c->hello.own;
	return c;
}

void
conn_free(struct conn *c)
{
	if (c == NULL)
		return;
	if (c->current != NULL && c->current != &c->hello)
		conn_requeue(c, c->current);
	while (c->head != NULL) {
		struct call *call = c->head;

		c->head = call->next;
		params_fini(&call->own);
		free(call);
	}
	rows_free(c->rows);
	PQfinish(c->pg);
	free(c);
}

void
conn_on_session(struct conn *c, void (*fn)(void *ctx), void *ctx)
{
	c->on_session = fn;
	c->on_session_ctx = ctx;
}

bool
conn_alive(const struct conn *c)
{
	return c->state == SESSION_UP;
}

int
conn_backend(const struct conn *c)
{
	return c->state == SESSION_UP ? PQbackendPID(c->pg) : 0;
}

int64_t
conn_down_since(const struct conn *c)
{
	return c->state == SESSION_UP ? -1 : c->down_since_ms;
}

/* Half of ms to all of it, so that many clients do not come back at once. */
static int64_t
jitter(int64_t ms)
{
	uint16_t r;

	digest_random(&r, sizeof(r));
	return ms / 2 + ms * r / UINT16_MAX / 2;
}

/* libpq's words, which may have several lines, on one. */
void
conn_note_why(struct conn *c, const char *why)
{
	const char *text = why != NULL	 ? why :
			   c->pg != NULL ? PQerrorMessage(c->pg) :
					   "no memory";
	size_t len;

	err_set(&c->why, ERR_DB_AWAY, "%s: %s",
	    c->state == SESSION_UP ? "connection lost" : "database away", text);
	for (char *p = c->why.text; *p != '\0'; p++) {
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	}
	len = strlen(c->why.text);
	while (len > 0 && c->why.text[len - 1] == ' ')
		c->why.text[--len] = '\0';
}

static void
close_session(struct conn *c)
{
	rows_free(c->rows);
	c->rows = NULL;
	PQfinish(c->pg); /* says Terminate, never cancels */
	c->pg = NULL;
	c->events = 0;
	c->phase = EXEC_IDLE;
	c->state = SESSION_DOWN;
	c->unnamed = false;
	c->sqlstate[0] = c->words[0] = '\0';
	memset(c->prepared, 0, sizeof(c->prepared));
}

/* A try to get a session has failed, with c->why. */
void
conn_try_failed(struct conn *c)
{
	close_session(c);
	c->current = NULL;
	if (c->refused)
		c->retry_ms =
		    clock_mono_ms() +
		    (c->why.code == ERR_READ_ONLY ? STANDBY_MS : REFUSED_MS);
	else {
		c->backoff_ms =
		    c->backoff_ms == 0 ? BACKOFF_MIN_MS : c->backoff_ms * 2;
		if (c->backoff_ms > BACKOFF_MAX_MS)
			c->backoff_ms = BACKOFF_MAX_MS;
		c->retry_ms = clock_mono_ms() + jitter(c->backoff_ms);
	}
	conn_fail(c, c->refused);
}

/*
 * What was in flight when its session was lost may have been done: it is sent
 * again where it may be repeated, else it has failed with ERR_UNKNOWN.
 */
static void
settle(struct conn *c, struct call *call)
{
	bool again = (call->flags & CALL_REPEAT) != 0 || !call->sent;
	struct err e;

	if (again && clock_mono_ms() < call->deadline_ms) {
		conn_requeue(c, call);
		return;
	}
	err_set(&e, call->sent ? ERR_UNKNOWN : ERR_DB_AWAY, "%s: %s",
	    stmt_get(call->stmt)->name, c->why.text);
	conn_answer(c, call, NULL, &e);
}

void
conn_lose(struct conn *c, const char *why)
{
	struct call *call = c->current;

	conn_note_why(c, why);
	if (c->state != SESSION_UP) {
		conn_try_failed(c);
		return;
	}
	close_session(c);
	c->down_since_ms = clock_mono_ms();
	c->retry_ms = c->down_since_ms + jitter(c->backoff_ms);
	c->backoff_ms = c->backoff_ms == 0 ? BACKOFF_MIN_MS : c->backoff_ms;
	c->current = NULL;
	if (call != NULL)
		settle(c, call);
	conn_cut(c);
}

static void
connect_start(struct conn *c, int64_t now)
{
	const char *names[] = { "dbname", "fallback_application_name",
		"client_encoding", NULL };
	const char *values[] = { c->options.conninfo, c->options.application,
		"UTF8", NULL };

	c->refused = false;
	c->hello.replanned = false;
	c->try_deadline_ms = now + c->options.connect_ms;
	c->state = SESSION_CONNECTING;
	c->events = POLLOUT; /* as libpq wants it before the first poll */
	c->pg = PQconnectStartParams(names, values, 1);
	if (c->pg == NULL || PQstatus(c->pg) == CONNECTION_BAD) {
		conn_lose(c, NULL);
		return;
	}
	PQsetNoticeReceiver(c->pg, conn_notice, c);
}

static void
connect_poll(struct conn *c)
{
	switch (PQconnectPoll(c->pg)) {
	case PGRES_POLLING_READING:
		c->events = POLLIN;
		break;
	case PGRES_POLLING_WRITING:
		c->events = POLLOUT;
		break;
	case PGRES_POLLING_OK:
		if (PQsetnonblocking(c->pg, 1) != 0) {
			conn_lose(c, NULL);
			break;
		}
		c->state = SESSION_GREETING;
		conn_send(c, &c->hello);
		break;
	default:
		conn_lose(c, NULL);
		break;
	}
}

int
conn_fd(const struct conn *c)
{
	return c->pg == NULL ? -1 : PQsocket(c->pg);
}

short
conn_events(const struct conn *c)
{
	return c->events;
}

int
conn_timeout_ms(const struct conn *c)
{
	int64_t now = clock_mono_ms();
	int64_t at = conn_earliest(c);

	if (c->state == SESSION_UP && c->current == NULL && c->head != NULL)
		return 0;
	if (c->state == SESSION_DOWN && c->head != NULL && c->retry_ms < at)
		at = c->refused ? now : c->retry_ms;
	if ((c->state == SESSION_CONNECTING || c->state == SESSION_GREETING) &&
	    c->try_deadline_ms < at)
		at = c->try_deadline_ms;
	if (at == INT64_MAX)
		return -1;
	return at <= now ? 0 : at - now > 60000 ? 60000 : (int)(at - now);
}

static void
step_down(struct conn *c, int64_t now)
{
	if (c->head == NULL)
		return;
	if (now >= c->retry_ms)
		connect_start(c, now);
	else if (c->refused)
		conn_fail(c, true);
}

static void
step_up(struct conn *c, short revents)
{
	if (c->current != NULL) {
		if (revents != 0)
			conn_receive(c);
	} else if ((c->head != NULL || revents != 0) && !conn_quiet(c))
		conn_lose(c, NULL);
}

void
conn_step(struct conn *c, short revents)
{
	int64_t now = clock_mono_ms();

	conn_expire(c, now);
	conn_cut(c);
	if ((c->state == SESSION_CONNECTING || c->state == SESSION_GREETING) &&
	    now >= c->try_deadline_ms)
		conn_lose(c, "no answer within the time allowed");
	else if (c->state == SESSION_CONNECTING && revents != 0)
		connect_poll(c);
	else if (c->state == SESSION_GREETING && revents != 0)
		conn_receive(c);
	else if (c->state == SESSION_UP)
		step_up(c, revents);
	if (c->state == SESSION_DOWN)
		step_down(c, now);
	if (c->state == SESSION_UP && c->current == NULL && c->head != NULL) {
		struct call *call = c->head;

		c->head = call->next;
		if (c->head == NULL)
			c->tail = &c->head;
		conn_send(c, call);
	}
}
