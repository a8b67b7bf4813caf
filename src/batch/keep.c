/*
 * What a worker keeps up beside its turns: the lease, what other workers of its
 * run left when they died, what it gives back, and after a lost connection the
 * question which jobs are its own.
 *
 * The lease is counted from before it was asked for.  The worker stops
 * FENCE_MS before its end, the guardian kills it at its end, and the database
 * lets others recover its jobs a margin after that: none of the three needs
 * the others to be prompt, or their clocks to agree.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "batch/worker.h"
#include "queue/turn.h"

#define FENCE_MS 2000
#define REFUSALS 3 /* calls refused in a row; then we stop */

int64_t
worker_again_at(enum err_code code)
{
	int64_t ms = code == ERR_BUSY ? YIELD_MS : AGAIN_MS;
	uint16_t r;

	digest_random(&r, sizeof(r));
	return clock_mono_ms() + ms / 2 + ms * r / UINT16_MAX;
}

int64_t
worker_deadline(const struct worker *w, int64_t now)
{
	int64_t d = now + CALL_MS;

	return d < w->lease_until ? d : w->lease_until;
}

void
worker_lease_set(struct worker *w, int64_t sent)
{
	w->lease_until = sent + w->lease_ms - FENCE_MS;
	w->renew_at = sent + w->lease_ms / 4;
	atomic_store(&w->ward->watch->lease_until, sent + w->lease_ms);
}

void
worker_call_failed(struct worker *w, const char *what, const struct err *e)
{
	if (!worker_may_retry(e->code) &&
	    (e->code != ERR_DB || ++w->failures >= REFUSALS)) {
		worker_fail(w, e);
		return;
	}
	log_event(LEVEL_WARNING, "%s: %s; %d handlers go on, trying again",
	    what, e->text, worker_busy(w));
}

void
worker_recovered(struct worker *w, const struct rows *rows)
{
	struct run_recovered got = run_recovered_read(rows);

	if (got.requeued + got.charged + got.failed == 0)
		return;
	pass_stir(&w->pass); /* they lie behind the cursor */
	report_warn(w->report,
	    "taken back from a worker that died: %lld jobs not begun, "
	    "%lld cut off (to be tried again), %lld cut off for the "
	    "last time (failed)",
	    (long long)got.requeued, (long long)got.charged,
	    (long long)got.failed);
}

static void
recover_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct worker *w = ctx;

	if (rows != NULL) {
		worker_recovered(w, rows);
		return;
	}
	w->recover_at = worker_again_at(e->code);
	worker_call_failed(w, "recover", e);
}

/* With each lease: has that of another worker of our run ended? */
static void
recover(struct worker *w)
{
	struct params p;

	w->recover_at = 0;
	params_init(&p);
	run_recover_params(&p, &w->me, NULL, 0);
	conn_submit(w->conn, STMT_RECOVER, &p,
	    worker_deadline(w, clock_mono_ms()), CALL_REPEAT, recover_done, w);
	params_fini(&p);
}

static void
renew_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct worker *w = ctx;
	int64_t sent = w->renew_at;

	w->renewing = false;
	if (rows == NULL) {
		w->renew_at = worker_again_at(e->code);
		worker_call_failed(w, "lease", e);
		return;
	}
	w->lease_ms = rows_int8(rows, 0, 0);
	worker_lease_set(w, sent);
	recover(w);
}

/* renew_at is, while the call is under way, when it was sent. */
static void
renew(struct worker *w, int64_t now)
{
	struct params p;

	if (w->renewing || now < w->renew_at)
		return;
	w->renewing = true;
	w->renew_at = now;
	params_init(&p);
	run_worker_params(&p, &w->me);
	conn_submit(w->conn, STMT_LEASE_RENEW, &p, worker_deadline(w, now),
	    CALL_REPEAT, renew_done, w);
	params_fini(&p);
}

static void
give_back_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct worker *w = ctx;
	struct job *j;

	w->returning_now = false;
	if (rows == NULL) {
		w->turn_at = worker_again_at(e->code);
		worker_call_failed(w, "give_back", e);
		return;
	}
	for (; w->returned > 0; w->returned--) {
		j = list_take(&w->returning);
		/* One that could not be started lies behind the cursor now; not
		 * earlier, for a claim that is under way has not seen it. */
		if (j->begun)
			pass_stir(&w->pass);
		job_free(j);
	}
}

static void
give_back(struct worker *w, int64_t now)
{
	struct turn_return *back;
	struct params p;
	struct job *j;

	if (w->returning_now || w->returning.first == NULL || now < w->turn_at)
		return;
	back = calloc(w->returning.count, sizeof(*back));
	if (back == NULL)
		abort();
	w->returned = 0;
	for (j = w->returning.first; j != NULL; j = j->next)
		back[w->returned++] = (struct turn_return) { j->id, j->begun };
	w->returning_now = true;
	params_init(&p);
	give_back_params(&p, &w->me, back, w->returned);
	conn_submit(w->conn, STMT_GIVE_BACK, &p, worker_deadline(w, now),
	    CALL_REPEAT, give_back_done, w);
	params_fini(&p);
	free(back);
}

static void
mine_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct worker *w = ctx;

	if (rows != NULL) {
		w->asking = false;
		answer_take(w, rows);
		return;
	}
	w->ask_at = worker_again_at(e->code);
	worker_call_failed(w, "mine", e);
}

void
keep_ask_mine(void *worker)
{
	struct worker *w = worker;
	static const struct job_list none;
	const struct job_list *const lists[] = { &w->reserved, &w->suspect,
		&w->returning, w->lane == NULL ? &none : &w->lane->reserved };
	struct uuid *known;
	struct params p;
	struct job *j;
	size_t i, n = 0;

	w->asking = true;
	w->ask_at = 0;
	/* Only reserved jobs are answered, so only those need naming; what is
	 * starting may or may not be reserved still. */
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		n += lists[i]->count;
	known = calloc(n + w->starting.count + 1, sizeof(*known));
	if (known == NULL)
		abort();
	n = 0;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (j = lists[i]->first; j != NULL; j = j->next)
			known[n++] = j->id;
	for (j = w->starting.first; j != NULL; j = j->next)
		known[n++] = j->id;
	params_init(&p);
	mine_params(&p, &w->me, known, n);
	conn_submit(w->conn, STMT_MINE, &p, worker_deadline(w, clock_mono_ms()),
	    CALL_REPEAT, mine_done, w);
	params_fini(&p);
	free(known);
}

static void
check_lease(struct worker *w, int64_t now)
{
	struct err e = ERR_INIT;

	if (now < w->lease_until)
		return;
	err_set(&e, ERR_LEASE,
	    "the lease of run %lld has run out: the database could not be "
	    "reached, or this program stood still; the next run takes up what "
	    "was in hand",
	    (long long)w->run);
	worker_fail(w, &e);
}

/* What conn repeats by itself nobody else would hear of. */
static void
tell_away(struct worker *w, int64_t now)
{
	int64_t since = conn_down_since(w->conn);

	if (since >= 0 && now - since >= AGAIN_MS && !w->away) {
		w->away = true;
		log_event(LEVEL_WARNING,
		    "the database is away; %d handlers "
		    "go on, for %lld s at most",
		    worker_busy(w), (long long)(w->lease_until - now) / 1000);
	} else if (since < 0 && w->away) {
		w->away = false;
		log_event(LEVEL_NOTICE, "the database is back");
	}
}

void
keep_step(struct worker *w, int64_t now)
{
	tell_away(w, now);
	check_lease(w, now);
	renew(w, now);
	give_back(w, now);
	if (w->ask_at != 0 && now >= w->ask_at)
		keep_ask_mine(w);
	if (w->recover_at != 0 && now >= w->recover_at)
		recover(w);
}

int64_t
keep_wakes_at(const struct worker *w)
{
	int64_t at = w->lease_until;

	if (!w->renewing && w->renew_at < at)
		at = w->renew_at;
	if (w->returning.first != NULL && !w->returning_now && w->turn_at < at)
		at = w->turn_at;
	if (w->ask_at != 0 && w->ask_at < at)
		at = w->ask_at;
	if (w->recover_at != 0 && w->recover_at < at)
		at = w->recover_at;
	return at;
}
