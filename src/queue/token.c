/*
 * Whose bearer token is this?
 *
 * A client sends its token with each request, and a round trip for each would
 * double what a request costs.  So what the database said is believed for two
 * seconds, counted from before it was asked: a revocation is heeded two
 * seconds after its commit, by every process.  Only what was valid is kept:
 * a token is good as soon as it is there, and guesses fill no memory.
 *
 * One place a token, by its digest; two that want the same place only ask more
 * often.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/token.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/pool.h"

#define PLACES 64

struct tokens {
	pthread_mutex_t lock;
	struct known {
		uint8_t digest[DIGEST_LEN];
		int64_t until_ms; /* mono; 0: nothing is known */
		char owner[TOKEN_OWNER_MAX + 1];
	} place[PLACES];
};

struct tokens *
tokens_new(void)
{
	struct tokens *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void
tokens_free(struct tokens *t)
{
	if (t == NULL)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static bool
recall(struct tokens *t, const uint8_t digest[static DIGEST_LEN],
    char owner[static TOKEN_OWNER_MAX + 1])
{
	const struct known *k = &t->place[digest[0] % PLACES];
	bool known;

	pthread_mutex_lock(&t->lock);
	known = k->until_ms > clock_mono_ms() &&
		memcmp(k->digest, digest, DIGEST_LEN) == 0;
	if (known)
		memcpy(owner, k->owner, sizeof(k->owner));
	pthread_mutex_unlock(&t->lock);
	return known;
}

static void
keep(struct tokens *t, const uint8_t digest[static DIGEST_LEN],
    int64_t until_ms, const char owner[static TOKEN_OWNER_MAX + 1])
{
	struct known *k = &t->place[digest[0] % PLACES];

	pthread_mutex_lock(&t->lock);
	memcpy(k->digest, digest, DIGEST_LEN);
	memcpy(k->owner, owner, sizeof(k->owner));
	k->until_ms = until_ms;
	pthread_mutex_unlock(&t->lock);
}

static enum err_code
ask(struct store *s, const uint8_t digest[static DIGEST_LEN],
    int64_t deadline_ms, char owner[static TOKEN_OWNER_MAX + 1], struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	struct slice name;
	enum err_code code;

	params_init(&p);
	params_bytes(&p, slice_mem(digest, DIGEST_LEN));
	code = pool_call(store_pool(s), STMT_TOKEN_OWNER, &p, deadline_ms,
	    CALL_REPEAT, &r, e);
	if (code != ERR_OK)
		return code;
	name = rows_count(r) == 1 ? rows_text(r, 0, 0) : SLICE_NONE;
	if (name.len == 0)
		code = err_set(e, ERR_TOKEN,
		    "the bearer token is not, or no longer, valid");
	else if (name.len > TOKEN_OWNER_MAX)
		code =
		    err_set(e, ERR_SHAPE, "the owner of a token is too long");
	else {
		memset(owner, 0, TOKEN_OWNER_MAX + 1);
		memcpy(owner, name.ptr, name.len);
	}
	rows_free(r);
	return code;
}

enum err_code
token_owner(struct store *s, const uint8_t digest[static DIGEST_LEN],
    int64_t deadline_ms, char owner[static TOKEN_OWNER_MAX + 1], struct err *e)
{
	struct tokens *t = store_tokens(s);
	int64_t now = clock_mono_ms();
	enum err_code code;

	if (recall(t, digest, owner))
		return ERR_OK;
	code = ask(s, digest, deadline_ms, owner, e);
	if (code == ERR_OK)
		keep(t, digest, now + TOKEN_KEEP_MS, owner);
	return code;
}
