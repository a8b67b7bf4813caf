/*
 * --plan.
 *
 * Which jobs are taken when, and which queues are admitted, the database says
 * by the functions that a claim goes by (nightdrop.plan_claim); how many are
 * wanted, and when, is the worker's own pace (sim.c).  Those functions are
 * stable: PostgreSQL refuses them to write or to lock a row.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "batch/chunk.h"
#include "batch/guardian.h"
#include "batch/handlers.h"
#include "batch/open.h"
#include "batch/plan_impl.h"
#include "batch/report.h"
#include "batch/scope.h"
#include "handler/user.h"

#define PATIENCE_MS 60000
#define UNKNOWN_MS 1000 /* a job of which nothing is known */
#define US_PER_MS 1000

struct planning {
	const struct options *options;
	struct handlers *handlers;
	struct rows *opened; /* the cutoff is in it */
	struct plan plan;
};

static void *
zeroed(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		abort();
	return p;
}

/* Its handler; NULL: a run would not take its jobs, why. */
static const struct handler *
judge(struct planning *n, const struct plan_open *o, char *why, size_t size)
{
	const char *missing = "";
	const struct handler *h =
	    handlers_find(n->handlers, o->queue, &missing);

	why[0] = '\0';
	if (o->held)
		snprintf(why, size, "held");
	else if (h == NULL)
		snprintf(why, size, "%s", missing);
	else if (o->busy)
		snprintf(why, size, "run %lld has it", (long long)o->run);
	else if (o->done && o->run == 0 &&
		 (n->options->ways & RUN_WAY_DAILY) != 0)
		snprintf(why, size, "its run of today is closed");
	return why[0] == '\0' ? h : NULL;
}

/* The chunks that a statement has in the end, where each takes so long. */
static int
chunk_size(int64_t ms)
{
	int size = CHUNK_FIRST, next;

	while ((next = chunk_size_next(size, size, ms)) > size)
		size = next;
	return size;
}

static void
enlist(struct plan *p, struct plan_queue *q, const struct handler *h, int cap)
{
	int64_t ms = q->p50_ms < 0 ? UNKNOWN_MS : q->p50_ms;
	struct plan_track *t;

	q->track = h->kind == HANDLER_SQL ? PLAN_LANE : PLAN_SLOTS;
	t = &p->track[q->track];
	q->number = t->sim.queues++;
	t->of[q->number] = (int)(q - p->queue);
	t->hand[q->number].queue = q->name;
	t->sim.queue[q->number] =
	    (struct sim_queue) { .cap = cap, .took = ms * US_PER_MS };
	if (q->track == PLAN_LANE && t->sim.slots < chunk_size(ms))
		t->sim.slots = chunk_size(ms);
}

static void
take_queue(struct planning *n, const struct plan_open *o)
{
	struct plan_queue *q = &n->plan.queue[n->plan.queues++];
	const struct handler *h;

	snprintf(
	    q->name, sizeof(q->name), "%.*s", (int)o->queue.len, o->queue.ptr);
	q->is_long = o->is_long;
	q->waiting = o->waiting;
	q->later = o->later;
	q->in_hand = o->run != 0 && !o->busy ? o->in_hand : 0;
	q->bundled = q->bundled_left = o->bundled;
	q->p50_ms = o->p50_ms;
	q->p95_ms = o->p95_ms;
	q->latest = o->latest;
	q->number = -1;
	if ((h = judge(n, o, q->why, sizeof(q->why))) != NULL)
		enlist(&n->plan, q, h, o->cap);
}

static void
take_queues(struct planning *n)
{
	struct plan *p = &n->plan;
	struct plan_open row = { .cut = 0 };
	size_t count = (size_t)rows_count(n->opened), i;

	p->queue = zeroed(count, sizeof(*p->queue));
	for (i = 0; i < PLAN_TRACKS; i++) {
		struct plan_track *t = &p->track[i];

		t->plan = p;
		t->of = zeroed(count, sizeof(*t->of));
		t->hand = zeroed(count, sizeof(*t->hand));
		t->sim.queue = zeroed(count, sizeof(*t->sim.queue));
	}
	p->track[PLAN_SLOTS].sim.slots = p->slots;
	for (i = 0; i < count; i++) {
		row = plan_open_read(n->opened, (int)i);
		take_queue(n, &row);
	}
	p->cut = row.cut;
	p->until = row.until;
	p->cutoff = row.cutoff;
}

/* A run would refuse a copy that was not adopted; so do we. */
static enum err_code
greet(struct conn *c, int64_t until, struct err *e)
{
	struct params p;
	struct rows *rows;
	enum err_code code;

	params_init(&p);
	code = conn_call(c, STMT_HELLO, &p, until, CALL_REPEAT, &rows, e);
	params_fini(&p);
	if (code != ERR_OK)
		return code;
	if (rows_bool(rows, 0, 4))
		code = open_moved(e);
	rows_free(rows);
	return code;
}

static enum err_code
look(struct planning *n, struct err *e)
{
	const struct options *o = n->options;
	struct scope scope = { .len = 0 };
	struct params p;
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	enum err_code code;

	/* Names that are no queues, or that there are none: said as a run
	 * says it. */
	if ((code = greet(n->plan.conn, until, e)) != ERR_OK)
		return code;
	code = scope_read(&scope, n->plan.conn, o, until, e);
	scope_fini(&scope);
	if (code != ERR_OK)
		return code;
	params_init(&p);
	plan_open_params(
	    &p, o->scope, o->scope_len, o->until[0] == '\0' ? NULL : o->until);
	code = conn_call(n->plan.conn, STMT_PLAN_OPEN, &p, until, CALL_REPEAT,
	    &n->opened, e);
	params_fini(&p);
	if (code == ERR_OK && rows_count(n->opened) == 0)
		code =
		    err_set(e, ERR_CONFIG, "the queues have just been dropped");
	return code;
}

static enum err_code
make(struct planning *n, struct err *e)
{
	enum err_code code;

	if ((code = look(n, e)) != ERR_OK)
		return code;
	take_queues(n);
	return plan_simulate(&n->plan, n->options->drain_ms * US_PER_MS, e);
}

static void
fini(struct planning *n)
{
	int i;

	for (i = 0; i < PLAN_TRACKS; i++) {
		free(n->plan.track[i].sim.queue);
		free(n->plan.track[i].hand);
		free(n->plan.track[i].of);
	}
	free(n->plan.queue);
	free(n->plan.line);
	rows_free(n->opened);
	handlers_free(n->handlers);
	conn_free(n->plan.conn);
}

int
plan_main(const struct options *o)
{
	/* Not read_write: a standby can say it as well. */
	struct conn_options database = {
		.conninfo = o->config.database,
		.application = "nightdrop-batch --plan",
		.instance = o->config.instance,
		.connect_ms = PATIENCE_MS,
	};
	struct planning n = { .options = o };
	struct user user;
	struct err e = ERR_INIT;
	int code = EXIT_SUCCESS;

	if (user_find(o->config.handler_user, &user, &e) != ERR_OK)
		return report_error(&e);
	n.plan.slots = (int)o->config.jobs;
	n.plan.most = o->plan_most;
	n.handlers = handlers_new(o->config.handler_dir, &user);
	n.plan.conn = conn_new(&database);
	if (make(&n, &e) != ERR_OK)
		code = report_error(&e);
	else if ((o->report & REPORT_JSON) != 0)
		plan_print_json(&n.plan);
	else
		plan_print_text(&n.plan);
	fini(&n);
	return code;
}
