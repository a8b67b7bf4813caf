/*
 * A run: open and recover, work, close.
 *
 * Before the loop and after it no handler lives, and nothing is lost by
 * waiting: there the calls are plain ones, each with its deadline.  A worker
 * that has failed leaves without a word to the database: its lease ends, or
 * its guardian's lock is found free, and the next worker recovers by the same
 * rules as after a crash.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/run.h"

#include <stdlib.h>

#include "base/clock.h"
#include "batch/expand.h"
#include "batch/lane.h"
#include "batch/leftover.h"
#include "batch/open.h"
#include "batch/options.h"
#include "batch/worker.h"

#define CONNECT_MS 10000
#define LEAVE_MS 300000	 /* until the close is asked for again */
#define CLOSE_MS 3600000 /* for all of it */
#define TIDY_MS 60000

/* One piece; false: nothing is left, or it cannot be had now. */
static bool
tidy_piece(struct worker *w, enum stmt_id stmt, int64_t until)
{
	struct err e = ERR_INIT;
	struct params p;
	struct rows *rows = NULL;
	bool more;

	params_init(&p);
	more =
	    open_call(w, stmt, &p, until, &rows, &e) == ERR_OK &&
	    rows_count(rows) > 0 &&
	    (stmt == STMT_MONTH_DROP ? rows_bool(rows, 0, 0) :
				       !slice_eq_str(rows_text(rows, 0, 0),
					   "upkeep: somebody else is at it"));
	rows_free(rows);
	return more;
}

/*
 * What is left to sweep and to forget, and months that are kept no longer.  A
 * run does little of it where it opens and closes, which must not take long;
 * now nobody waits for us.  A failure is no matter: the next one comes by.
 */
static void
tidy(struct worker *w)
{
	int64_t until = clock_mono_ms() + TIDY_MS;

	leftover_sweep(w, until);
	while (clock_mono_ms() < until && tidy_piece(w, STMT_UPKEEP, until))
		continue;
	while (clock_mono_ms() < until && tidy_piece(w, STMT_MONTH_DROP, until))
		continue;
}

/*
 * What is left to do can take minutes after a large night, longer than a
 * lease.  No handler lives any more that a fence would have to stop, so the
 * guardian is told to wait; and whoever takes us for dead meanwhile finds the
 * run locked by the call, and then closed.  A call that was cut off is made
 * again, and answered by what the first one came to.
 */
static enum err_code
leave(struct worker *w, struct rows **rows, struct err *e)
{
	int64_t until = clock_mono_ms() + CLOSE_MS;
	struct params p;
	enum err_code code;

	atomic_store(&w->ward->watch->lease_until, until + CONNECT_MS);
	do {
		params_init(&p);
		run_worker_params(&p, &w->me);
		code = open_call(
		    w, STMT_RUN_LEAVE, &p, clock_mono_ms() + LEAVE_MS, rows, e);
	} while (open_again(code == ERR_UNKNOWN ? ERR_BUSY : code, until));
	return code;
}

static int
close_run(struct worker *w, struct err *e)
{
	struct rows *rows;
	int code;

	if (leave(w, &rows, e) != ERR_OK)
		return report_error(e);
	lockfile_clear(w->ward->lock_fd);
	atomic_store(&w->ward->watch->worker, 0);
	atomic_store(&w->ward->watch->lease_until, 0);
	code = report_print(w->report, rows);
	rows_free(rows);
	tidy(w);
	return code;
}

/* The loop; and again, where bundles come free that a stranger held. */
static enum err_code
work_on(struct worker *w, struct err *e)
{
	enum err_code code;
	bool any = true;

	while ((code = loop_run(w, e)) == ERR_OK && w->bundles_held &&
	       !w->draining && any) {
		if ((code = expand_bundles(w, &any, e)) != ERR_OK)
			return code;
		pass_stir(&w->pass);
		if (w->lane != NULL)
			pass_stir(&w->lane->pass);
	}
	if (w->bundles_held)
		report_warn(w->report,
		    "bundles are locked by another session and left to the "
		    "next run; who it is: select pid, query from "
		    "pg_stat_activity where pid in (select pid from pg_locks "
		    "where relation = 'nightdrop.bundle'::regclass)");
	return code;
}

static int
work(struct worker *w, const struct options *options)
{
	struct err e = ERR_INIT;
	bool entered;
	enum err_code code;

	if (user_find(w->config->handler_user, &w->user, &e) != ERR_OK ||
	    loop_signals(&e) != ERR_OK ||
	    open_run(w, options, &entered, &e) != ERR_OK)
		return report_error(&e);
	if (!entered)
		return w->exit_code;
	conn_on_session(w->conn, keep_ask_mine, w);
	bench_open(w);
	w->lane = lane_new(w);
	if (!options->quiet)
		ticker_open(&w->ticker, clock_mono_ms());
	code = work_on(w, &e);
	bench_retire(w);
	ticker_close(&w->ticker);
	conn_on_session(w->conn, NULL, NULL);
	if (code != ERR_OK)
		return report_error(&e);
	return close_run(w, &e);
}

int
run_worker(void *ctx, const struct ward *ward)
{
	const struct options *options = ctx;
	const struct config *config = &options->config;
	struct conn_options database = {
		.conninfo = config->database,
		.application = "nightdrop-batch",
		.instance = config->instance,
		.connect_ms = CONNECT_MS,
		.read_write = true,
	};
	struct worker w = {
		.config = config, .drain_ms = options->drain_ms, .ward = ward
	};
	int code;

	w.me.token = uuid_random();
	pass_init(&w.pass);
	w.pace = (struct pace) { (int)config->jobs, -1 };
	w.handlers = handlers_new(config->handler_dir, &w.user);
	w.report = report_new((int)config->jobs, options->report);
	w.conn = conn_new(&database);
	code = work(&w, options);
	conn_free(w.conn); /* first: it may have been lent what slots own */
	lane_free(w.lane);
	bench_close(&w);
	pass_fini(&w.pass);
	report_free(w.report);
	handlers_free(w.handlers);
	return code;
}
