/*
 * How a worker enters a run: on which queues, and that what the dead had in
 * hand is recovered.  Its place it gets in enter.c.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/digest.h"
#include "batch/enter.h"
#include "batch/expand.h"
#include "batch/scope.h"
#include "batch/statement.h"

#define OPEN_MS 30000 /* the database may be away for so long */
#define PAUSE_NS 200000000L

struct opening {
	const struct options *options;
	struct worker *w;
	struct entering entering;
	struct scope scope;
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

enum err_code
open_moved(struct err *e)
{
	return err_set(e, ERR_CONFIG,
	    "this database is a copy of the one that it was installed in: it "
	    "would run again what the original runs; --adopt 'why' makes it "
	    "one of its own, and holds its queues");
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

/* Greet the database.  By the monotonic clock: the other one may be set while
 * we run.  Twice: the first call also pays for the connection. */
static enum err_code
greet(struct worker *w, int64_t until, struct err *e)
{
	int64_t before;
	struct params p;
	struct rows *rows;
	enum err_code code;
	bool moved = false;
	int i;

	for (i = 0; i < 2; i++) {
		params_init(&p);
		before = clock_mono_us();
		if ((code = open_call(w, STMT_HELLO, &p, until, &rows, e)) !=
		    ERR_OK)
			return code;
		w->offset_us =
		    rows_time(rows, 0, 2) - (before + clock_mono_us()) / 2;
		moved = rows_bool(rows, 0, 4);
		snprintf(w->instance, sizeof(w->instance), "%.*s",
		    (int)rows_text(rows, 0, 1).len, rows_text(rows, 0, 1).ptr);
		rows_free(rows);
	}
	return moved ? open_moved(e) : ERR_OK;
}

/* Is there a handler, and would it run?  *why: it would not. */
static enum err_code
look_for(struct worker *w, const char *queue, const char **why, struct err *e)
{
	struct slice name = slice_str(queue);
	const struct handler *h = handlers_find(w->handlers, name, why);
	struct err wrong = ERR_INIT;
	enum err_code code;

	if (h == NULL)
		return ERR_OK;
	*why = NULL;
	if (h->kind != HANDLER_SQL)
		return ERR_OK;
	code = statement_check(
	    w->conn, queue, h->path, clock_mono_ms() + OPEN_MS, &wrong);
	if (code != ERR_CONFIG)
		return code == ERR_OK ? ERR_OK :
					err_set(e, code, "%s", wrong.text);
	handlers_refuse(w->handlers, name, wrong.text);
	handlers_find(w->handlers, name, why);
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
	const char *why = "", *wrong;
	enum err_code code;
	size_t i, n = 0;

	for (i = 0; i < o->scope.len; i++) {
		const struct scope_queue *q = &o->scope.queue[i];

		if ((code = look_for(w, q->name, &wrong, e)) != ERR_OK)
			return code;
		if (wrong == NULL) {
			names[n++] = q->name;
			continue;
		}
		why = wrong;
		if (o->options->scope != NULL)
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

/* What the dead had under way in the database may have to end first. */
static enum err_code
recover(struct opening *o, struct err *e)
{
	struct worker *w = o->w;
	struct params p;
	struct rows *rows;
	int64_t until = clock_mono_ms() + OPEN_MS;
	enum err_code code;

	do {
		params_init(&p);
		run_recover_params(&p, &w->me, o->entering.proof.workers,
		    o->entering.proof.len);
		code = open_call(w, STMT_RECOVER, &p, w->lease_until, &rows, e);
	} while (open_again(code, until));
	if (code != ERR_OK)
		return code;
	o->entering.recorded = true;
	worker_recovered(w, rows);
	rows_free(rows);
	return ERR_OK;
}

static enum err_code
open_steps(struct opening *o, struct err *e)
{
	struct worker *w = o->w;
	int64_t until = clock_mono_ms() + OPEN_MS;
	const char **names = NULL;
	enum err_code code;
	bool any;

	if ((code = greet(w, until, e)) != ERR_OK ||
	    (code = scope_read(&o->scope, w->conn, o->options, until, e)) !=
		ERR_OK)
		return code;
	if ((names = calloc(o->scope.len, sizeof(*names))) == NULL)
		abort();
	o->entering.entry.scope = names;
	if ((code = choose_queues(o, names, &o->entering.entry.scope_len, e)) ==
		ERR_OK &&
	    (code = enter_run(&o->entering, until, e)) == ERR_OK &&
	    !o->entering.nothing)
		code = recover(o, e);
	if (code == ERR_OK && !o->entering.nothing)
		code = expand_bundles(w, &any, e);
	free(names);
	return code;
}

enum err_code
open_run(struct worker *w, const struct options *options, bool *entered,
    struct err *e)
{
	struct opening o = { .options = options, .w = w };
	enum err_code code;

	enter_init(&o.entering, w, options);
	code = open_steps(&o, e);
	*entered = code == ERR_OK && !o.entering.nothing;
	enter_fini(&o.entering);
	scope_fini(&o.scope);
	return code;
}
