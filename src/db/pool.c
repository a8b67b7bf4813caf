/*
 * A few connections that many threads share.
 *
 * A connection is in one thread's hands at a time, so conn needs no lock; what
 * the lock guards is the stack of those at rest (the last one used is taken
 * first, so that only as many are opened as are needed at once) and what is
 * known of the database.
 *
 * Away means that a try to connect has failed and nobody has succeeded since.
 * The thread that found out goes on trying until its call's deadline; who
 * comes or waits meanwhile is told at once; when the finder gives up, the next
 * to come takes its place.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a connection came to rest; or away */
	bool away, finding;
	struct err why;
	int size, resting;
	struct conn *conn[]; /* the first resting ones are at rest */
};

struct pool *
pool_new(const struct conn_options *o, int size)
{
	struct pool *p =
	    calloc(1, sizeof(*p) + (size_t)size * sizeof(p->conn[0]));
	pthread_condattr_t attr;

	if (p == NULL)
		abort();
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->changed, &attr);
	pthread_condattr_destroy(&attr);
	p->size = p->resting = size;
	for (int i = 0; i < size; i++)
		p->conn[i] = conn_new(o);
	return p;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	for (int i = 0; i < p->size; i++)
		conn_free(p->conn[i]);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* Lock held: a connection, or NULL and why not. */
static struct conn *
take(struct pool *p, int64_t deadline_ms, struct err *e)
{
	struct timespec until = { .tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000) * 1000000 };
	int rc = 0;

	while (!(p->away && p->finding) && p->resting == 0 && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&p->changed, &p->lock, &until);
	if (p->away && p->finding)
		err_set(e, ERR_DB_AWAY, "%s", p->why.text);
	else if (p->resting == 0)
		err_set(e, ERR_DB_AWAY,
		    "all %d database connections were in use until the "
		    "deadline: raise the setting connections",
		    p->size);
	else
		return p->conn[--p->resting];
	return NULL;
}

/*
 * Lock held: a call by c ended with code.  May this thread make it again,
 * being the one that finds out?
 */
static bool
go_on(struct pool *p, const struct conn *c, enum conn_flags flags,
    enum err_code code, const struct err *e, bool *finder)
{
	bool repeatable = code == ERR_DB_AWAY ||
			  (code == ERR_UNKNOWN && (flags & CALL_REPEAT) != 0);

	if (conn_alive(c))
		p->away = false;
	if (conn_alive(c) || !repeatable || (p->finding && !*finder))
		return false;
	p->away = p->finding = *finder = true;
	p->why = *e;
	pthread_cond_broadcast(&p->changed);
	return true;
}

static enum err_code
call(struct pool *p, struct conn *c, enum stmt_id stmt,
    const struct params *params, int64_t deadline_ms, enum conn_flags flags,
    struct rows **out, struct err *e)
{
	bool finder = p->away;
	enum err_code code;

	p->finding = p->finding || finder;
	do {
		pthread_mutex_unlock(&p->lock);
		code = conn_try(c, stmt, params, deadline_ms, flags, out, e);
		pthread_mutex_lock(&p->lock);
	} while (go_on(p, c, flags, code, e, &finder) &&
		 clock_mono_ms() < deadline_ms);
	if (finder)
		p->finding = false;
	return code;
}

enum err_code
pool_call(struct pool *p, enum stmt_id stmt, struct params *params,
    int64_t deadline_ms, enum conn_flags flags, struct rows **out,
    struct err *e)
{
	struct err why = ERR_INIT;
	struct conn *c;
	enum err_code code;

	pthread_mutex_lock(&p->lock);
	c = take(p, deadline_ms, &why);
	code = why.code;
	if (c != NULL) {
		code = call(p, c, stmt, params, deadline_ms, flags, out, &why);
		p->conn[p->resting++] = c;
		pthread_cond_signal(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	params_fini(params);
	if (code != ERR_OK)
		err_set(e, code, "%s", why.text);
	return code;
}
