/*
 * The place of a worker in a run: it opens one, resumes one whose workers are
 * dead, or joins one.
 *
 * Who is in the way is asked for first and proven dead where that can be done;
 * only then is it taken for granted that the rest lives.  So a run that died
 * is found by whoever has one of its queues in scope, even where there was
 * enough else to open a run with.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/enter.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "batch/open.h"
#include "batch/place.h"

#define NAMES_LIMIT 2048

void
enter_init(struct entering *n, struct worker *w, const struct options *options)
{
	*n = (struct entering) { .options = options, .w = w };
	if (gethostname(n->host, sizeof(n->host) - 1) == -1)
		snprintf(n->host, sizeof(n->host), "localhost");
	n->entry = (struct run_entry) { .run = w->ward->run,
		.ways = options->ways,
		.slots = (int)w->config->jobs,
		.lease_s = (int)w->config->lease,
		.host = n->host,
		.lock = w->ward->lock,
		.pid = (int)getpid(),
		.token = w->me.token,
		.window = options->until[0] == '\0' ? NULL : options->until };
	if (w->ward->predecessor != 0)
		proof_add(&n->proof, w->ward->predecessor);
}

void
enter_fini(struct entering *n)
{
	proof_fini(&n->proof, n->recorded);
}

struct others { /* in text */
	struct buf queues;
	struct slice host;
	char since[TIME_TEXT_SIZE];
};

static void
others_read(
    struct others *o, const struct rows *rows, const struct run_place *place)
{
	int i;

	buf_init(&o->queues, NAMES_LIMIT);
	for (i = 0; i < place->busy; i++) {
		if (i > 0)
			buf_puts(&o->queues, ", ");
		buf_slice(&o->queues, run_place_busy(rows, i));
	}
	o->host = place->holders > 0 ? run_place_holder(rows, 0).host :
				       SLICE_LIT("some host");
	snprintf(o->since, sizeof(o->since), "an unknown time");
	if (place->busy_since != TIME_NONE)
		time_rfc3339(place->busy_since, o->since);
}

static bool
is_stale(const struct entering *n, const struct run_place *place)
{
	int64_t age = clock_mono_us() + n->w->offset_us - place->busy_since;

	return n->options->stale_ms >= 0 && place->busy_since != TIME_NONE &&
	       age > n->options->stale_ms * 1000;
}

/* Queues that another run has. */
static enum err_code
tell_busy(const struct entering *n, const struct rows *rows,
    const struct run_place *place, struct err *e)
{
	struct report *report = n->w->report;
	bool stale = is_stale(n, place), all = place->verdict == RUN_BUSY;
	enum err_code code = ERR_OK;
	struct others o;
	char *q;

	others_read(&o, rows, place);
	q = o.queues.ptr;
	if (all && stale)
		code = err_set(e, ERR_BUSY,
		    "a run on %.*s since %s still has %s, for longer than "
		    "--stale allows: see the view nightdrop.running_job",
		    (int)o.host.len, o.host.ptr, o.since, q);
	else if (all)
		report_idle(report,
		    "a run on %.*s since %s has %s; nothing to do",
		    (int)o.host.len, o.host.ptr, o.since, q);
	else if (!all && stale)
		report_warn(report,
		    "left to a run on %.*s since %s, which is older than "
		    "--stale allows: %s",
		    (int)o.host.len, o.host.ptr, o.since, q);
	else if (!all)
		report_note(
		    report, "left to another run, which has them: %s", q);
	buf_fini(&o.queues);
	return code;
}

static void
tell_done(const struct entering *n, const struct run_place *place)
{
	report_idle(n->w->report, "the run of %.*s is closed; nothing to do",
	    (int)place->business_date.len, place->business_date.ptr);
}

/* The worker before us closed the run and died before it had reported; or it
 * stood still, and others have taken the run over.  So we report, in its
 * place. */
static enum err_code
tell_closed(const struct entering *n, int64_t until, struct err *e)
{
	struct worker *w = n->w;
	struct params p;
	struct rows *rows;
	enum err_code code;

	params_init(&p);
	params_int8(&p, w->ward->run);
	if ((code = open_call(w, STMT_RUN_LEDGER, &p, until, &rows, e)) !=
	    ERR_OK)
		return code;
	report_warn(w->report,
	    "the worker of this batch died, or was stopped; the run was "
	    "closed all the same");
	w->exit_code = report_print(w->report, rows);
	rows_free(rows);
	atomic_store(&w->ward->watch->worker, 0);
	return ERR_OK;
}

/* Why it gets no place, or what it has to leave to others. */
static enum err_code
tell(const struct entering *n, const struct rows *rows,
    const struct run_place *place, int64_t until, struct err *e)
{
	if (place->verdict == RUN_NO_QUEUE)
		return err_set(e, ERR_CONFIG,
		    "a queue of this run has just been dropped; start again");
	if (place->verdict == RUN_MOVED)
		return open_moved(e);
	if (place->verdict == RUN_CLOSED)
		return tell_closed(n, until, e);
	if (place->verdict == RUN_DONE)
		tell_done(n, place);
	else if (place->busy > 0 && place->verdict != RUN_NOTHING)
		return tell_busy(n, rows, place, e);
	return ERR_OK;
}

static bool
is_seated(const struct run_place *place)
{
	return place->verdict == RUN_OPENED || place->verdict == RUN_RESUMED ||
	       place->verdict == RUN_JOINED;
}

static void
take_place(
    const struct entering *n, const struct run_place *place, int64_t sent)
{
	struct worker *w = n->w;

	w->run = place->run;
	w->me.id = place->worker;
	w->lease_ms = place->lease_ms;
	snprintf(w->business_date, sizeof(w->business_date), "%.*s",
	    (int)place->business_date.len, place->business_date.ptr);
	atomic_store(&w->ward->watch->run, place->run);
	atomic_store(&w->ward->watch->worker, place->worker);
	worker_lease_set(w, sent);
	window_open(w, place->until);
	if (place->verdict == RUN_RESUMED)
		report_warn(w->report,
		    "run %lld was resumed: the batch that opened it died",
		    (long long)place->run);
	if (place->verdict == RUN_JOINED && n->options->until[0] != '\0')
		report_note(w->report, "the window is that of the run that was "
				       "joined, whatever --until says here");
}

enum err_code
enter_run(struct entering *n, int64_t until, struct err *e)
{
	struct run_place place = { .verdict = RUN_BUSY };
	struct rows *rows = NULL;
	enum err_code code;
	int64_t sent;

	if ((code = lockfile_mark(n->w->ward->lock_fd,
		 slice_str(n->w->instance), e)) == ERR_OK &&
	    (code = place_ask(n, &rows, &place, &sent, e)) == ERR_OK) {
		if (!is_seated(&place))
			lockfile_clear(n->w->ward->lock_fd);
		n->recorded = place.verdict == RUN_BUSY ||
			      place.verdict == RUN_DONE ||
			      place.verdict == RUN_NOTHING;
		code = tell(n, rows, &place, until, e);
	}
	n->nothing = !is_seated(&place);
	if (code == ERR_OK && !n->nothing)
		take_place(n, &place, sent);
	rows_free(rows);
	return code;
}
