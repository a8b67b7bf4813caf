/*
 * Grouped commits.
 *
 * SPDX-License-Identifier: ISC
 *
 * Every caller is a waiter in one line.  At most one of them leads: it takes
 * the head of the line, its own row first, as a group, sends it in one call,
 * waits for the answer, hands the lead to the new head, and tells its members.
 * A lone caller finds nobody leading and sends at once; while a commit is being
 * flushed the line grows, and all of it goes next.  There is no thread of its
 * own and no timer.
 *
 * What goes next is sent by the old leader, in the name of the new one, before
 * anything else: so the server is not idle while one thread wakes another.
 *
 * Why each caller gets the truth about its own row:
 *
 * - The lead is given under the lock, to one waiter that is then the head of
 *   the line, and given up only under the lock; so groups do not overlap, and
 *   the connection is one thread's at a time.  A call that is sent ahead for
 *   the next leader is the last that the old one does with it.
 * - A row is copied into the call's parameters under the lock, while its
 *   waiter is in the line and cannot leave.  Afterwards nobody but its own
 *   thread reads a submission: a waiter whose deadline passes marks itself
 *   as having left and may go, with ERR_UNKNOWN, for its row is on its way.
 * - Answers are matched by job id, written into the waiter under the lock, and
 *   only where it has not left.  ERR_OK comes from a receipt that conn lets
 *   through after ReadyForQuery.
 * - When the group fails as a whole for a reason that may be one row's, none
 *   of it was committed: each waiter goes back to the line to be sent alone,
 *   by its own thread, and the culprit gets its error.
 * - A group ends with its leader's deadline, for a thread must answer its own
 *   request in time.  The others' deadlines are about the same, and
 *   ERR_UNKNOWN sends them here again with the same ids (settle.c).
 *
 * While the database is away the leader goes on trying until its deadline;
 * whoever waits or comes meanwhile is told at once.  There is no connection in
 * reserve: what breaks one breaks both, and a new session takes milliseconds.
 *
 * Waiters are recycled and never freed before the end, so that they can be
 * woken after the lock was released; a wake-up that finds another caller in
 * the same place is one that it sees through.
 */
#include "queue/commit.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "queue/group.h"
#include "queue/line.h"

struct commit {
	pthread_mutex_t lock;
	struct line line;
	bool led;
	bool away; /* no session could be made: why */
	struct err why;

	/* The leader's, and what its group was sent with: */
	struct conn *conn;
	struct params params;
	struct conn_wait call;
	struct group next; /* sent ahead, for who leads next; n 0: nothing */
};

static const struct err too_late = { ERR_DB_AWAY,
	"the database was busy with other jobs until the deadline" };

struct commit *
commit_new(const struct conn_options *o)
{
	struct commit *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	pthread_mutex_init(&c->lock, NULL);
	line_init(&c->line);
	c->conn = conn_new(o);
	params_init(&c->params);
	return c;
}

void
commit_free(struct commit *c)
{
	if (c == NULL)
		return;
	line_fini(&c->line);
	conn_free(c->conn);
	params_fini(&c->params);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* From here on, to commit_job: with the lock held. */

static void
answer(struct waiter *w, enum err_code code, const struct err *e)
{
	w->state = WAITER_ANSWERED;
	w->code = err_set(&w->err, code, "%s", e->text);
}

/* May the failure of a group be the fault of one row in it? */
static bool
may_be_one_row(enum err_code code)
{
	static const bool whole[ERR_COUNT] = { [ERR_UNKNOWN] = true,
		[ERR_DB_AWAY] = true,
		[ERR_READ_ONLY] = true,
		[ERR_NO_PARTITION] = true,
		[ERR_BUSY] = true,
		[ERR_SCHEMA] = true,
		[ERR_CONFIG] = true };

	return !whole[code];
}

static void
group_fail(struct commit *c, const struct group *g, const struct err *e)
{
	bool divide = g->n > 1 && may_be_one_row(e->code);

	for (int i = g->n - 1; i >= 0; i--) {
		struct waiter *w = g->member[i];

		if (w->state == WAITER_LEFT)
			continue;
		if (divide) {
			w->alone = true;
			line_put_back(&c->line, w);
		} else
			answer(w, e->code, e);
	}
}

/*
 * No session could be made.  The leader is put back to try again while it has
 * time; nobody else waits for it.
 */
static void
group_away(struct commit *c, const struct group *g, struct waiter *leader,
    const struct err *e)
{
	c->away = true;
	c->why = *e;
	group_fail(c, g, e);
	while (c->line.head != NULL) {
		struct waiter *w = c->line.head;

		line_remove(&c->line, w);
		answer(w, e->code, e);
		pthread_cond_signal(&w->wake);
	}
	if (clock_mono_ms() < leader->deadline_ms)
		line_put_back(&c->line, leader);
}

/* Who left is recycled now; the rest is told, once the lock is released. */
static void
group_end(struct commit *c, struct group *g)
{
	int n = 0;

	for (int i = 0; i < g->n; i++) {
		if (g->member[i]->state == WAITER_LEFT)
			line_recycle(&c->line, g->member[i]);
		else if (g->member[i]->state == WAITER_ANSWERED)
			g->member[n++] = g->member[i];
	}
	g->n = n;
}

static void
call_begin(struct commit *c, int64_t deadline_ms)
{
	conn_begin(c->conn, STMT_JOB_ACCEPT_MANY, &c->params, deadline_ms,
	    CALL_ONCE, &c->call);
}

/*
 * The lead to the head of the line; its group is sent at once where that can
 * be done without waiting.
 */
static void
hand_over(struct commit *c)
{
	struct waiter *w = c->line.head;

	c->led = w != NULL;
	if (w == NULL)
		return;
	w->leads = true;
	if (conn_alive(c->conn)) {
		group_take(&c->next, &c->line);
		group_build(&c->next, &c->params);
		call_begin(c, w->deadline_ms);
	}
	pthread_cond_signal(&w->wake);
}

/*
 * One group to its answer: what was sent ahead, or else the head of the line.
 * The leader is its first member.  True: the lead has been handed over.
 */
static bool
lead_once(struct commit *c, struct waiter *leader, struct group *g)
{
	struct rows *r = NULL;
	struct err e = ERR_INIT;
	enum err_code code;
	bool ahead = c->next.n > 0;

	*g = c->next;
	c->next.n = 0;
	if (!ahead) {
		group_take(g, &c->line);
		group_build(g, &c->params);
	}
	pthread_mutex_unlock(&c->lock);
	if (!ahead)
		call_begin(c, leader->deadline_ms);
	code = conn_end(&c->call, &r, &e);
	pthread_mutex_lock(&c->lock);
	if (conn_alive(c->conn))
		c->away = false;
	if (code == ERR_OK) {
		hand_over(c);
		group_answer(g, r);
	} else if (code == ERR_DB_AWAY && !conn_alive(c->conn))
		group_away(c, g, leader, &e);
	else
		group_fail(c, g, &e);
	rows_free(r);
	group_end(c, g);
	return code == ERR_OK;
}

/* Lead until the own row has been answered; wake the others. */
static void
lead(struct commit *c, struct waiter *self)
{
	struct group g = { .n = 0 };
	bool handed = false;

	while (self->state != WAITER_ANSWERED) {
		if (self->state == WAITER_QUEUED &&
		    clock_mono_ms() >= self->deadline_ms) {
			line_remove(&c->line, self);
			answer(
			    self, ERR_DB_AWAY, c->away ? &c->why : &too_late);
			break;
		}
		handed = lead_once(c, self, &g);
		for (int i = 0; self->state == WAITER_QUEUED && i < g.n; i++)
			pthread_cond_signal(&g.member[i]->wake);
	}
	if (!handed)
		hand_over(c);
	pthread_mutex_unlock(&c->lock);
	for (int i = 0; i < g.n; i++) {
		if (g.member[i] != self)
			pthread_cond_signal(&g.member[i]->wake);
	}
	pthread_mutex_lock(&c->lock);
}

/* Wait until answered, or leading, or late: then false, and w is forgotten. */
static bool
follow(struct commit *c, struct waiter *w, struct err *e)
{
	line_wait(w, &c->lock);
	if (w->leads || w->state == WAITER_ANSWERED)
		return true;
	if (w->state == WAITER_SENT) {
		w->state = WAITER_LEFT;
		err_set(e, ERR_UNKNOWN,
		    "job_accept_many: not answered before the deadline");
		return false;
	}
	line_remove(&c->line, w);
	line_recycle(&c->line, w);
	*e = too_late;
	return false;
}

enum err_code
commit_job(struct commit *c, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	struct err why = ERR_INIT;
	struct waiter *w;

	pthread_mutex_lock(&c->lock);
	if (c->away && c->led) {
		why = c->why;
		goto out;
	}
	w = line_enter(&c->line, j, deadline_ms);
	if (!c->led)
		c->led = w->leads = true;
	else if (!follow(c, w, &why))
		goto out;
	if (w->leads)
		lead(c, w);
	if (w->code == ERR_OK)
		*out = w->receipt;
	else {
		why = w->err;
		out->limit = w->receipt.limit;
	}
	line_recycle(&c->line, w);
out:
	pthread_mutex_unlock(&c->lock);
	return why.code == ERR_OK ? ERR_OK :
				    err_set(e, why.code, "%s", why.text);
}
