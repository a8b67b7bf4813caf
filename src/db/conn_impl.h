/*
 * The inside of a connection, for conn.c (the session: how it comes up, is
 * lost, comes up again), conn_hello.c (whether it is the right database),
 * conn_exec.c (one call on an established session) and conn_call.c (the line
 * of calls, their deadlines, and waiting).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_CONN_IMPL_H
#define ND_DB_CONN_IMPL_H

#include <libpq-fe.h>

#include "db/conn.h"

struct call {
	struct call *next;
	enum stmt_id stmt;
	const char *sql; /* of STMT_STATEMENT; not ours */
	enum conn_flags flags;
	int session;	/* the only one that it may be sent on; 0: any */
	bool one_try;	/* not sent yet: fail with the first try to connect */
	bool sent;	/* at least once: its outcome may be unknown */
	bool replanned; /* its statement has been prepared anew for it */
	int64_t deadline_ms;
	const struct params *params; /* own, or lent */
	struct params own;
	conn_done_fn *fn;
	void *ctx;
};

enum session_state {
	SESSION_DOWN,
	SESSION_CONNECTING,
	SESSION_GREETING,
	SESSION_UP
};
enum exec_phase { EXEC_IDLE, EXEC_PREPARING, EXEC_EXECUTING };

struct conn {
	struct conn_options options;
	void (*on_session)(void *ctx);
	void *on_session_ctx;

	/* the session */
	PGconn *pg;
	enum session_state state;
	short events;		 /* to poll for */
	int64_t try_deadline_ms; /* connecting and greeting */
	int64_t retry_ms;	 /* down: not before */
	int64_t backoff_ms;	 /* 0: the next loss is answered at once */
	int64_t down_since_ms;
	int sessions;
	struct err why; /* of the last failed try */
	bool refused;	/* it was refused for good: nobody waits */
	bool unnamed;	/* a pooler: statements cannot be prepared */
	bool prepared[STMT_COUNT];

	/* the call on it */
	enum exec_phase phase;
	struct call *current; /* NULL: none; &hello while greeting */
	struct call hello;
	struct rows *rows;  /* of current */
	struct err error;   /* likewise */
	char sqlstate[6];   /* likewise */
	char words[2048];   /* likewise, of STMT_STATEMENT */
	struct err warning; /* likewise; ERR_OK: none */
	struct rows *lent;  /* to the done function that is running */

	/* the line */
	struct call *head, **tail;
};

/* conn.c */
void conn_lose(struct conn *c, const char *why);     /* NULL: what libpq says */
void conn_note_why(struct conn *c, const char *why); /* likewise, c->why */
void conn_try_failed(struct conn *c); /* no session, for c->why */

/* conn_hello.c */
void conn_greeted(struct conn *c); /* hello has been answered */

/* conn_exec.c: both may end in conn_lose. */
void conn_send(struct conn *c, struct call *call); /* begins a call */
void conn_receive(struct conn *c);		   /* moves it along */
bool conn_quiet(struct conn *c); /* idle: it has not been closed on us */
void conn_notice(void *ctx, const PGresult *res);

/* conn_call.c */
void conn_answer(struct conn *c, struct call *call, struct rows *rows,
    const struct err *e); /* takes call and rows */
void conn_expire(struct conn *c, int64_t now_ms);
/* Fail those that belong to a session which is no more. */
void conn_cut(struct conn *c);
/* Fail all that wait, or those that wait for one try only. */
void conn_fail(struct conn *c, bool all);
void conn_requeue(struct conn *c, struct call *call); /* at the front */
int64_t conn_earliest(const struct conn *c); /* deadline; INT64_MAX: none */

#endif
