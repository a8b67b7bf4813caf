/*
 * --plan.
 *
 * Which jobs are taken when, and which queues are admitted, the database says
 * by the functions that a claim goes by (nightdrop.plan_claim); how many are
 * wanted, and when, is the worker's own pace (sim.c).  Those functions are
 * stable: PostgreSQL refuses them to write or to lock a row.
 *
 * Lines of bundles that no run has moved on yet are taken to come last of
 * their queue.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/guardian.h"
#include "batch/handlers.h"
#include "batch/plan_impl.h"
#include "batch/report.h"
#include "batch/scope.h"
#include "handler/user.h"
#include "queue/plan.h"

#define PATIENCE_MS 60000  /* for a call */
#define UNKNOWN_US 1000000 /* a job of which nothing is known */
#define US_PER_MS 1000

struct planning {
	const struct options *options;
	struct conn *conn;
	struct handlers *handlers;
	struct plan plan;
	struct rows *opened; /* the cutoff is in it */
	struct slice cutoff;
	struct plan_hand *hand; /* as many as are simulated */
	int last;		/* the queue that was found last */
	struct err error;
};

static void *
zeroed(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		abort();
	return p;
}

/* "": a run would take its jobs. */
static void
judge(struct planning *n, const struct plan_open *o, char *why, size_t size)
{
	const char *missing = "";

	why[0] = '\0';
	if (o->held)
		snprintf(why, size, "held");
	else if (handlers_find(n->handlers, o->queue, &missing) == NULL)
		snprintf(why, size, "%s", missing);
	else if (o->busy)
		snprintf(why, size, "run %lld has it", (long long)o->run);
	else if (o->done && o->run == 0 &&
		 (n->options->ways & RUN_WAY_DAILY) != 0)
		snprintf(why, size, "its run of today is closed");
}

static void
take_queue(struct planning *n, const struct plan_open *o)
{
	struct plan *p = &n->plan;
	struct plan_queue *q = &p->queue[p->queues++];

	snprintf(
	    q->name, sizeof(q->name), "%.*s", (int)o->queue.len, o->queue.ptr);
	q->is_long = o->is_long;
	q->waiting = o->waiting;
	q->later = o->later;
	q->bundled = q->bundled_left = o->bundled;
	q->p50_ms = o->p50_ms;
	q->p95_ms = o->p95_ms;
	q->latest = o->latest;
	q->number = -1;
	judge(n, o, q->why, sizeof(q->why));
	if (q->why[0] != '\0')
		return;
	q->number = p->sim.queues++;
	p->of[q->number] = (int)(q - p->queue);
	p->sim.queue[q->number] = (struct sim_queue) { .cap = o->cap,
		.took = o->p50_ms < 0 ? UNKNOWN_US : o->p50_ms * US_PER_MS };
	n->hand[q->number].queue = q->name;
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
	code = scope_read(&scope, n->conn, o, until, e);
	scope_fini(&scope);
	if (code != ERR_OK)
		return code;
	params_init(&p);
	plan_open_params(
	    &p, o->scope, o->scope_len, o->until[0] == '\0' ? NULL : o->until);
	code = conn_call(
	    n->conn, STMT_PLAN_OPEN, &p, until, CALL_REPEAT, &n->opened, e);
	params_fini(&p);
	if (code == ERR_OK && rows_count(n->opened) == 0)
		code = err_set(e, ERR_CONFIG,
		    "the queues have just been "
		    "dropped");
	return code;
}

static void
take_queues(struct planning *n)
{
	struct plan *plan = &n->plan;
	struct plan_open row = { .cut = 0 };
	int i, count = rows_count(n->opened);

	plan->queue = zeroed((size_t)count, sizeof(*plan->queue));
	plan->of = zeroed((size_t)count, sizeof(*plan->of));
	plan->sim.queue = zeroed((size_t)count, sizeof(*plan->sim.queue));
	n->hand = zeroed((size_t)count, sizeof(*n->hand));
	for (i = 0; i < count; i++) {
		row = plan_open_read(n->opened, i);
		take_queue(n, &row);
	}
	plan->cut = row.cut;
	plan->until = row.until;
	n->cutoff = row.cutoff;
}

/* Number of the simulated queue of that name; -1. */
static int
find(struct planning *n, struct slice name)
{
	int i;

	if (n->plan.sim.queues > 0 &&
	    slice_eq_str(name, n->hand[n->last].queue))
		return n->last; /* a claim brings a queue at a time */

	for (i = 0; i < n->plan.sim.queues; i++)
		if (slice_eq_str(name, n->hand[i].queue))
			return n->last = i;
	return -1;
}

static int
take_jobs(
    struct planning *n, struct sim *s, const struct rows *rows, int64_t *due)
{
	int i, taken = 0;

	for (i = 0; i < rows_count(rows); i++) {
		struct plan_claim c = plan_claim_read(rows, i);
		struct sim_job j = { .id = c.id,
			.attempt = c.attempt,
			.lost = c.lost,
			.later = c.later,
			.latest = c.latest };

		if (c.idle) {
			*due = c.due;
		} else if ((j.queue = find(n, c.queue)) >= 0) {
			pass_take(&s->pass, c.queue, c.position, &c.id);
			sim_add(s, &j);
			taken++;
		}
	}
	return taken;
}

/* The lines that are no jobs in the database yet. */
static int
take_bundled(struct planning *n, struct sim *s, int want, int times)
{
	int i, taken = 0;

	for (i = 0; i < s->queues; i++) {
		struct plan_queue *q = &n->plan.queue[n->plan.of[i]];
		struct sim_job j = {
			.queue = i, .attempt = 1, .latest = q->latest
		};
		struct sim_queue *sq = &s->queue[i];

		while (taken < want && q->bundled_left > 0 &&
		       (sq->cap == 0 || sq->hands < sq->cap * times) &&
		       (q->latest == TIME_NONE || s->now < q->latest)) {
			q->bundled_left--;
			sim_add(s, &j);
			taken++;
		}
	}
	return taken;
}

static int
claim(void *ctx, struct sim *s, int want, int times, int64_t *due)
{
	struct planning *n = ctx;
	struct plan_ask a = { .hand = n->hand,
		.hands = (size_t)s->queues,
		.cutoff = n->cutoff,
		.cut = n->plan.cut,
		.until = n->plan.until,
		.clock = s->now,
		.want = want,
		.cursor = s->pass.cursor,
		.cursors = s->pass.cursors };
	struct params p;
	struct rows *rows;
	int i, taken;

	for (i = 0; i < s->queues; i++)
		n->hand[i].jobs =
		    s->queue[i].hands - s->queue[i].cap * (times - 1);
	params_init(&p);
	plan_claim_params(&p, &a);
	conn_call(n->conn, STMT_PLAN_CLAIM, &p, clock_mono_ms() + PATIENCE_MS,
	    CALL_REPEAT, &rows, &n->error);
	params_fini(&p);
	if (n->error.code != ERR_OK)
		return -1;
	taken = take_jobs(n, s, rows, due);
	rows_free(rows);
	return taken > 0 ? taken : take_bundled(n, s, want, times);
}

static void
started(void *ctx, const struct sim_job *j)
{
	struct planning *n = ctx;
	struct plan *p = &n->plan;
	struct plan_queue *q = &p->queue[p->of[j->queue]];

	if (q->listed == p->most)
		return;
	q->listed++;
	if (p->lines == p->size) {
		p->size = p->size * 2 + 64;
		p->line = realloc(p->line, p->size * sizeof(*p->line));
		if (p->line == NULL)
			abort();
	}
	p->line[p->lines++] = *j;
}

struct plan_sum
plan_sum(const struct plan *p, const struct plan_queue *q)
{
	struct plan_sum s = { .later = q->later,
		.first_start = TIME_NONE,
		.last_end = TIME_NONE };

	if (q->number >= 0) {
		const struct sim_queue *o = &p->sim.queue[q->number];

		s.run = o->run;
		s.stopped = o->stopped;
		s.later = q->later - o->run_later;
		s.first_start = o->first_start;
		s.last_end = o->last_end;
	}
	s.left = q->waiting - s.run - s.later;
	if (s.left < 0) /* jobs have left the line while we looked */
		s.left = 0;
	if (q->number >= 0 && p->until != TIME_NONE)
		s.not_fit = s.left;
	return s;
}

static enum err_code
make(struct planning *n, struct err *e)
{
	struct sim *s = &n->plan.sim;
	enum err_code code;

	if ((code = look(n, e)) != ERR_OK)
		return code;
	take_queues(n);
	s->slots = n->plan.slots;
	s->now = n->plan.cut;
	s->until = n->plan.until;
	s->drain = n->options->drain_ms * US_PER_MS;
	s->claim = claim;
	s->started = started;
	s->ctx = n;
	if (sim_run(s))
		return ERR_OK;
	*e = n->error;
	return e->code;
}

int
plan_main(const struct options *o)
{
	struct conn_options database = {
		.conninfo = o->config.database,
		.application = "nightdrop-batch --plan",
		.instance = o->config.instance,
		.connect_ms = PATIENCE_MS,
	};
	struct user user;
	struct err e = ERR_INIT;
	struct planning n = { .options = o };
	int code = EXIT_SUCCESS;

	n.plan.slots = (int)o->config.jobs;
	n.plan.most = o->plan_most;
	if (user_find(o->config.handler_user, &user, &e) != ERR_OK)
		return report_error(&e);
	n.handlers = handlers_new(o->config.handler_dir, &user);
	n.conn = conn_new(&database);
	if (make(&n, &e) != ERR_OK)
		code = report_error(&e);
	else if ((o->report & REPORT_JSON) != 0)
		plan_print_json(&n.plan);
	else
		plan_print_text(&n.plan);
	conn_free(n.conn);
	handlers_free(n.handlers);
	rows_free(n.opened);
	free(n.hand);
	free(n.plan.sim.queue);
	free(n.plan.queue);
	free(n.plan.line);
	free(n.plan.of);
	return code;
}
