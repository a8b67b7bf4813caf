/*
 * Taking a job whose body is inline: grouped with what others bring, or, where
 * it has an Idempotency-Key or a name or its queue a quota for each owner, in a
 * call of its own (all are locks that a group must not wait for).
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/accept.h"

#include "queue/ask.h"
#include "queue/commit.h"
#include "queue/named.h"
#include "queue/settle.h"

static enum err_code
try_alone(struct store *s, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	struct params p;

	params_init(&p);
	params_uuid(&p, &j->id);
	params_text(&p, j->queue);
	ask_owner(&p, j->owner);
	params_text(&p, j->request);
	params_text(&p, j->type);
	params_bytes_lent(&p, j->body.ptr == NULL ? SLICE_LIT("") : j->body);
	params_bytes(&p, slice_mem(j->digest, DIGEST_LEN));
	params_text(&p, j->key);
	return ask_receipt(s, STMT_JOB_ACCEPT, &p, deadline_ms, out, e);
}

/* The database knows which queues have a quota. */
static enum err_code
try_grouped(struct store *s, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	enum err_code code =
	    commit_job(store_commit(s), j, deadline_ms, out, e);

	return code == ERR_ALONE ? try_alone(s, j, deadline_ms, out, e) : code;
}

enum err_code
accept_job(struct store *s, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	settle_try_fn *try_once = j->name.ptr != NULL ? named_accept :
				  j->key.ptr != NULL  ? try_alone :
							try_grouped;
	enum err_code code = settle(try_once, s, j, deadline_ms, out, e);

	if (code == ERR_CLOCK)
		store_clock_doubted(s);
	return code;
}
