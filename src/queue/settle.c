/*
 * From calls to an answer.
 *
 * The promise: ERR_OK only if a call answered that the job is there, and
 * ERR_UNKNOWN if the last that is known is a call without an answer.  Such a
 * call is made again with the same id, and its answer decides: the accepting
 * functions find what the first call left and say so.  An error of the second
 * (a refusal, a lock time-out, a full disk) does not: it leaves the outcome
 * unknown.
 *
 * A database that is away is an answer at once (nothing was sent), unless a
 * call is already out without an answer: then it is worth waiting for.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/settle.h"

#include <time.h>

#include "base/clock.h"
#include "base/digest.h"
#include "queue/store.h"

#define TRIES 2 /* calls that may go without an answer */
#define TRY_MIN_MS 1000
#define PAUSE_MIN_MS 10
#define PAUSE_MAX_MS 500

struct settling {
	int unknown; /* calls without an answer */
	bool upkept;
	int64_t pause_ms;
	int64_t deadline_ms;
};

/* Half of the time left, but not less than a second. */
static int64_t
try_deadline(int64_t deadline_ms)
{
	int64_t now = clock_mono_ms();
	int64_t half = (deadline_ms - now) / 2;

	if (half < TRY_MIN_MS)
		half = TRY_MIN_MS;
	return now + half < deadline_ms ? now + half : deadline_ms;
}

/* Wait, longer each time, never twice the same; false: no time left. */
static bool
pause_before_next(struct settling *t)
{
	uint16_t r;
	int64_t ms;
	struct timespec ts;

	digest_random(&r, sizeof(r));
	ms = t->pause_ms / 2 + t->pause_ms * r / UINT16_MAX / 2;
	if (clock_mono_ms() + ms >= t->deadline_ms)
		return false;
	ts.tv_sec = (time_t)(ms / 1000);
	ts.tv_nsec = (long)(ms % 1000) * 1000000;
	nanosleep(&ts, NULL);
	t->pause_ms *= 2;
	if (t->pause_ms > PAUSE_MAX_MS)
		t->pause_ms = PAUSE_MAX_MS;
	return true;
}

static bool
again(struct settling *t, struct store *s, enum err_code code)
{
	switch (code) {
	case ERR_UNKNOWN:
		return ++t->unknown < TRIES;
	case ERR_BUSY:
		return pause_before_next(t);
	case ERR_DB_AWAY:
	case ERR_READ_ONLY:
		return t->unknown > 0 && pause_before_next(t);
	case ERR_NO_PARTITION:
		if (t->upkept)
			return false;
		t->upkept = true;
		return store_upkeep(s, t->deadline_ms);
	default:
		return false;
	}
}

/*
 * Does this error say that a call without an answer did not take the job?  Not
 * a refusal: it looks at the queue as it is now, and waits for nobody, while
 * the first call may still wait for its standby.  Not ERR_CONFLICT: what holds
 * the key may be that call.  These two have waited for it.
 */
static bool
decides(enum err_code code)
{
	return code == ERR_KEY_REUSED || code == ERR_GONE;
}

enum err_code
settle_call(settle_fn *try_once, struct store *s, void *arg,
    int64_t deadline_ms, struct err *e)
{
	struct settling t = { .pause_ms = PAUSE_MIN_MS,
		.deadline_ms = deadline_ms };
	struct err why = ERR_INIT;
	enum err_code code;

	do {
		code = try_once(s, arg, try_deadline(deadline_ms), &why);
	} while (again(&t, s, code) && clock_mono_ms() < deadline_ms);
	if (code == ERR_OK)
		return ERR_OK;
	if (t.unknown > 0 && !decides(code))
		return err_set(e, ERR_UNKNOWN,
		    "it is not known whether the job was taken; send the "
		    "request again (with an Idempotency-Key there cannot be "
		    "two jobs): %s",
		    why.text);
	return err_set(e, code, "%s", why.text);
}

struct job_try {
	settle_try_fn *try_once;
	const struct submission *job;
	struct receipt *out;
};

static enum err_code
try_job(struct store *s, void *arg, int64_t deadline_ms, struct err *e)
{
	struct job_try *t = arg;

	return t->try_once(s, t->job, deadline_ms, t->out, e);
}

enum err_code
settle(settle_try_fn *try_once, struct store *s, const struct submission *j,
    int64_t deadline_ms, struct receipt *out, struct err *e)
{
	struct job_try t = { try_once, j, out };

	return settle_call(try_job, s, &t, deadline_ms, e);
}
