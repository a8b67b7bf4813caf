/*
 * The responder's side of the database.
 *
 * The database's clock is kept as its distance from our monotonic clock, which
 * nobody sets, so that a step of this host's time does not reach the ids.  It
 * is measured in the middle of a call's round trip, and again by the first
 * thread that comes a minute later; the others use what is known meanwhile.
 * That thread also has the load noted that quotes go by: what other queues put
 * ahead of a job is not counted at each acceptance.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/pool.h"
#include "queue/commit.h"
#include "queue/token.h"

#define CLOCK_MS 60000	/* between measurements */
#define CONNECT_MS 5000 /* a try to connect */
#define SECRET_SIZE 32
#define CAPABILITY_BYTES 16 /* of the HMAC: 22 characters of base64url */

struct store {
	struct pool *pool;
	struct commit *commit;
	struct tokens *tokens;

	pthread_mutex_t lock; /* of what follows */
	bool measured, measuring;
	int64_t offset_us;	/* the database's clock - our monotonic one */
	int64_t measured_at_ms; /* mono */
	bool has_secret;
	char secret[SECRET_SIZE];

	pthread_mutex_t upkeep; /* held while it is done */
	int64_t upkept_ms;	/* mono: when it last began and succeeded */
};

struct store *
store_new(const struct config *c)
{
	const struct conn_options o = { .conninfo = c->database,
		.application = "nightdrop-responder",
		.instance = c->instance,
		.connect_ms = CONNECT_MS,
		.read_write = true };
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->pool = pool_new(&o, (int)c->connections);
	s->commit = commit_new(&o);
	s->tokens = tokens_new();
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->upkeep, NULL);
	s->upkept_ms = -1;
	return s;
}

void
store_free(struct store *s)
{
	if (s == NULL)
		return;
	commit_free(s->commit);
	tokens_free(s->tokens);
	pool_free(s->pool);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->upkeep);
	free(s);
}

struct pool *
store_pool(struct store *s)
{
	return s->pool;
}

struct commit *
store_commit(struct store *s)
{
	return s->commit;
}

struct tokens *
store_tokens(struct store *s)
{
	return s->tokens;
}

/* A call without parameters that answers one row. */
static enum err_code
ask(struct store *s, enum stmt_id stmt, int64_t deadline_ms, struct rows **out,
    struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	code = pool_call(s->pool, stmt, &p, deadline_ms, CALL_REPEAT, &r, e);
	if (code != ERR_OK)
		return code;
	if (rows_count(r) != 1) {
		rows_free(r);
		return err_set(
		    e, ERR_SHAPE, "%s: not one row", stmt_get(stmt)->name);
	}
	*out = r;
	return ERR_OK;
}

bool
store_upkeep(struct store *s, int64_t deadline_ms)
{
	struct params p;
	struct rows *r = NULL;
	int64_t came = clock_mono_ms();
	bool done;

	pthread_mutex_lock(&s->upkeep);
	done = s->upkept_ms >= came; /* begun after our need arose */
	if (!done) {
		came = clock_mono_ms();
		params_init(&p);
		done = pool_call(s->pool, STMT_UPKEEP, &p, deadline_ms,
			   CALL_REPEAT, &r, NULL) == ERR_OK;
		rows_free(r);
		if (done)
			s->upkept_ms = came;
	}
	pthread_mutex_unlock(&s->upkeep);
	return done;
}

/* For the next minute's quotes; that it fails stops nobody. */
static void
note_load(struct store *s, int64_t deadline_ms)
{
	struct rows *r = NULL;

	ask(s, STMT_LOAD_NOTE, deadline_ms, &r, NULL);
	rows_free(r);
}

/* Ask the database for its clock. */
static enum err_code
measure(struct store *s, int64_t deadline_ms, struct err *e)
{
	struct rows *r = NULL;
	int64_t sent = clock_mono_ms();
	enum err_code code = ask(s, STMT_HELLO, deadline_ms, &r, e);
	int64_t now = clock_mono_ms();

	pthread_mutex_lock(&s->lock);
	if (code == ERR_OK) {
		s->offset_us = rows_time(r, 0, 2) - (sent + now) / 2 * 1000;
		s->measured = true;
	}
	s->measured_at_ms = now;
	s->measuring = false;
	pthread_mutex_unlock(&s->lock);
	rows_free(r);
	if (code == ERR_OK)
		note_load(s, deadline_ms);
	return code;
}

/* Lock held: is it this thread that must measure now? */
static bool
must_measure(struct store *s)
{
	if (!s->measured)
		return true;
	if (s->measuring || clock_mono_ms() - s->measured_at_ms < CLOCK_MS)
		return false;
	s->measuring = true;
	return true;
}

enum err_code
store_new_id(struct store *s, unsigned placement, int64_t deadline_ms,
    struct uuid *out, struct err *e)
{
	bool must;
	bool known;

	pthread_mutex_lock(&s->lock);
	must = must_measure(s);
	known = s->measured;
	pthread_mutex_unlock(&s->lock);
	if (must) {
		struct err why = ERR_INIT;
		enum err_code code = measure(s, deadline_ms, &why);

		if (code != ERR_OK && !known)
			return err_set(e, code, "%s", why.text);
	}
	*out = uuid_v7(store_now_us(s) / 1000, placement);
	return ERR_OK;
}

void
store_clock_doubted(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	s->measured = false;
	pthread_mutex_unlock(&s->lock);
}

int64_t
store_now_us(struct store *s)
{
	int64_t now;

	pthread_mutex_lock(&s->lock);
	now = s->measured ? clock_mono_ms() * 1000 + s->offset_us :
			    clock_wall_us();
	pthread_mutex_unlock(&s->lock);
	return now;
}

static enum err_code
fetch_secret(struct store *s, int64_t deadline_ms, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code = ask(s, STMT_SECRET, deadline_ms, &r, e);
	struct slice secret;

	if (code != ERR_OK)
		return code;
	secret = rows_bytes(r, 0, 0);
	if (secret.len != SECRET_SIZE)
		code = err_set(e, ERR_SCHEMA,
		    "the database has no secret of %d bytes: run sql/install",
		    SECRET_SIZE);
	else {
		pthread_mutex_lock(&s->lock);
		if (!s->has_secret) /* others may be reading it by now */
			memcpy(s->secret, secret.ptr, SECRET_SIZE);
		s->has_secret = true;
		pthread_mutex_unlock(&s->lock);
	}
	rows_free(r);
	return code;
}

enum err_code
store_capability(struct store *s, const struct uuid *id, int64_t deadline_ms,
    char out[static CAPABILITY_LEN + 1], struct err *e)
{
	uint8_t mac[DIGEST_LEN];
	struct buf text;
	enum err_code code;
	bool known;

	pthread_mutex_lock(&s->lock);
	known = s->has_secret;
	pthread_mutex_unlock(&s->lock);
	if (!known && (code = fetch_secret(s, deadline_ms, e)) != ERR_OK)
		return code;
	/* Once it is there it is not written again: read without the lock. */
	digest_hmac(slice_mem(s->secret, SECRET_SIZE),
	    slice_mem(id->b, sizeof(id->b)), mac);
	buf_init(&text, sizeof(mac) * 2);
	if (!digest_base64url(&text, mac, CAPABILITY_BYTES) ||
	    text.len != CAPABILITY_LEN)
		abort();
	memcpy(out, text.ptr, CAPABILITY_LEN + 1);
	buf_fini(&text);
	return ERR_OK;
}

enum err_code
store_capability_ok(struct store *s, const struct uuid *id, struct slice key,
    int64_t deadline_ms, bool *ok, struct err *e)
{
	char want[CAPABILITY_LEN + 1];
	enum err_code code = store_capability(s, id, deadline_ms, want, e);

	if (code == ERR_OK)
		*ok = key.len == CAPABILITY_LEN &&
		      digest_equal(key.ptr, want, CAPABILITY_LEN);
	return code;
}
