/*
 * How a worker enters a run: it opens one, resumes one whose workers are
 * dead, or joins the one of its predecessor; and recovers what the dead had in
 * hand.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "batch/expand.h"
#include "batch/proof.h"
#include "batch/scope.h"

#define OPEN_MS 30000 /* the database may be away for so long */
#define PAUSE_NS 200000000L
#define HOST_SIZE 256
#define NAMES_LIMIT 2048

struct opening {
	const struct options *options;
	struct worker *w;
	struct run_entry entry;
	struct proof proof;
	struct scope scope;
	char host[HOST_SIZE];
	bool nothing; /* there is nothing to do, and that was said */
};

enum err_code
open_call(struct worker *w, enum stmt_id stmt, struct params *p, int64_t until,
    struct rows **out, struct err *e)
{
	enum err_code code;

	code = conn_call(w->conn, stmt, p, until, CALL_REPEAT, out, e);
	params_fini(p);
	return code;
}

bool
open_again(enum err_code code, int64_t until)
{
	struct timespec pause = { 0, PAUSE_NS };
	uint8_t r;

	if (code != ERR_BUSY || clock_mono_ms() >= until)
		return false;
	digest_random(&r, sizeof(r));
	pause.tv_nsec += r * (PAUSE_NS / UINT8_MAX);
	nanosleep(&pause, NULL);
	return true;
}

/* By the monotonic clock: the other one may be set while we run.  Twice: the
 * first call also pays for the connection. */
static enum err_code
measure_clock(struct worker *w, int64_t until, struct err *e)
{
	int64_t before;
	struct params p;
	struct rows *rows;
	enum err_code code;
	int i;

	for (i = 0; i < 2; i++) {
		params_init(&p);
		before = clock_mono_us();
		if ((code = open_call(w, STMT_HELLO, &p, until, &rows, e)) !=
		    ERR_OK)
			return code;
		w->offset_us =
		    rows_time(rows, 0, 2) - (before + clock_mono_us()) / 2;
		rows_free(rows);
	}
	return ERR_OK;
}

/*
 * The names to open with: queues whose handler is on this host.  One that is
 * asked for by name must be; of all queues, those that are not are left to
 * others, and named.
 */
static enum err_code
choose_queues(struct opening *o, const char **names, size_t *len, struct err *e)
{
	struct worker *w = o->w;
	const char *why = "";
	size_t i, n = 0;

	for (i = 0; i < o->scope.len; i++) {
		const struct scope_queue *q = &o->scope.queue[i];

		if (handlers_find(w->handlers, slice_str(q->name), &why) !=
		    NULL)
			names[n++] = q->name;
		else if (o->options->scope != NULL)
			return err_set(e, ERR_CONFIG, "%s", why);
		else if (!q->held)
			report_warn(w->report, "queue %s was left out: %s",
			    q->name, why);
	}
	if (n == 0)
		return err_set(
		    e, ERR_CONFIG, "no queue has a handler here: %s", why);
	*len = n;
	return ERR_OK;
}

/* Open, resume or join; where somebody is in the way, prove him dead and try
 * again.  *sent: when the call that was answered was made. */
static enum err_code
enter(struct opening *o, int64_t until, struct rows **out,
    struct run_place *place, int64_t *sent, struct err *e)
{
	const char *lock = o->w->ward->lock;
	struct params p;
	enum stmt_id stmt;
	enum err_code code;

	for (;;) {
		o->entry.proven = o->proof.workers;
		o->entry.proven_len = o->proof.len;
		params_init(&p);
		stmt = run_entry_params(&p, &o->entry);
		*sent = clock_mono_ms();
		code = open_call(o->w, stmt, &p, until, out, e);
		if (open_again(code, until))
			continue;
		if (code != ERR_OK ||
		    (code = run_place_read(*out, place, e)) != ERR_OK ||
		    place->verdict != RUN_BUSY ||
		    !proof_gather(&o->proof, *out, o->host, lock))
			return code;
		rows_free(*out);
		*out = NULL;
	}
}

static void
join_names(struct buf *b, const struct rows *rows, int n)
{
	int i;

	buf_init(b, NAMES_LIMIT);
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_puts(b, ", ");
		buf_slice(b, run_place_busy(rows, i));
	}
}

/* Queues that another run has. */
static void
tell_busy(
    struct opening *o, const struct rows *rows, const struct run_place *place)
{
	char since[TIME_TEXT_SIZE] = "an unknown time";
	struct slice host = SLICE_LIT("some host");
	struct buf names;

	if (place->busy == 0)
		return;
	join_names(&names, rows, place->busy);
	if (place->busy_since != TIME_NONE)
		time_rfc3339(place->busy_since, since);
	if (place->holders > 0)
		host = run_place_holder(rows, 0).host;
	if (place->verdict != RUN_BUSY)
		report_note(o->w->report,
		    "left to another run, which has them: %s", names.ptr);
	else if (!o->options->quiet)
		printf("nightdrop-batch: a run on %.*s since %s has %s; "
		       "nothing to do\n",
		    (int)host.len, host.ptr, since, names.ptr);
	buf_fini(&names);
}

/* The worker before us closed the run and died before it had reported. */
static void
tell_closed(const struct opening *o)
{
	printf("nightdrop-batch: run %lld is closed, its report was lost: "
	       "see the view nightdrop.run_history\n",
	    (long long)o->w->ward->run);
	atomic_store(&o->w->ward->watch->worker, 0);
}

static void
take_place(struct worker *w, const struct run_place *place, int64_t sent)
{
	w->run = place->run;
	w->me.id = place->worker;
	w->lease_ms = place->lease_ms;
	atomic_store(&w->ward->watch->run, place->run);
	atomic_store(&w->ward->watch->worker, place->worker);
	worker_lease_set(w, sent);
	if (place->verdict == RUN_RESUMED)
		report_warn(w->report,
		    "run %lld was resumed: the batch that opened it died",
		    (long long)place->run);
}

static enum err_code
enter_run(struct opening *o, int64_t until, struct err *e)
{
	struct run_place place = { .verdict = RUN_BUSY };
	struct rows *rows = NULL;
	enum err_code code;
	int64_t sent;

	code = enter(o, until, &rows, &place, &sent, e);
	if (code == ERR_OK && place.verdict == RUN_NO_QUEUE)
		code = err_set(e, ERR_CONFIG,
		    "a queue of this run has just been dropped; start again");
	if (code == ERR_OK && place.verdict == RUN_CLOSED)
		tell_closed(o);
	else if (code == ERR_OK)
		tell_busy(o, rows, &place);
	o->nothing = place.verdict == RUN_BUSY || place.verdict == RUN_CLOSED;
	if (code == ERR_OK && !o->nothing)
		take_place(o->w, &place, sent);
	rows_free(rows);
	return code;
}

static enum err_code
recover(struct opening *o, struct err *e)
{
	struct worker *w = o->w;
	struct run_recovered got;
	struct params p;
	struct rows *rows;
	enum err_code code;

	params_init(&p);
	run_recover_params(&p, &w->me, o->proof.workers, o->proof.len);
	code = open_call(w, STMT_RECOVER, &p, w->lease_until, &rows, e);
	if (code != ERR_OK)
		return code;
	got = run_recovered_read(rows);
	rows_free(rows);
	if (got.requeued + got.charged > 0)
		report_warn(w->report,
		    "taken back from a worker that died: %lld jobs not begun, "
		    "%lld cut off (to be tried again), %lld cut off for the "
		    "last time (failed)",
		    (long long)got.requeued, (long long)got.charged,
		    (long long)got.failed);
	return ERR_OK;
}

static enum err_code
open_steps(struct opening *o, struct err *e)
{
	struct worker *w = o->w;
	int64_t until = clock_mono_ms() + OPEN_MS;
	const char **names = NULL;
	enum err_code code;

	if ((code = measure_clock(w, until, e)) != ERR_OK ||
	    (code = scope_read(&o->scope, w->conn, o->options, until, e)) !=
		ERR_OK)
		return code;
	if ((names = calloc(o->scope.len, sizeof(*names))) == NULL)
		abort();
	o->entry.scope = names;
	if ((code = choose_queues(o, names, &o->entry.scope_len, e)) ==
		ERR_OK &&
	    (code = enter_run(o, until, e)) == ERR_OK && !o->nothing)
		code = recover(o, e);
	if (code == ERR_OK && !o->nothing)
		code = expand_bundles(w, e);
	free(names);
	return code;
}

enum err_code
open_run(struct worker *w, const struct options *options, bool *entered,
    struct err *e)
{
	struct opening o = { .options = options, .w = w };
	enum err_code code;

	if (gethostname(o.host, sizeof(o.host) - 1) == -1)
		snprintf(o.host, sizeof(o.host), "localhost");
	o.entry = (struct run_entry) { .run = w->ward->run,
		.slots = (int)w->config->jobs,
		.host = o.host,
		.lock = w->ward->lock,
		.pid = (int)getpid(),
		.token = w->me.token };
	if (w->ward->predecessor != 0)
		proof_add(&o.proof, w->ward->predecessor);
	code = open_steps(&o, e);
	*entered = code == ERR_OK && !o.nothing;
	proof_fini(&o.proof, *entered);
	scope_fini(&o.scope);
	return code;
}
