/*
 * The claims of a run on paper.
 *
 * Lines of bundles that no run has moved on yet are no rows to be claimed:
 * they are taken to come last of their queue.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>

#include "base/clock.h"
#include "batch/plan_impl.h"

#define CALL_MS 60000

/* Number of the simulated queue of that name; -1. */
static int
find(struct plan_track *t, struct slice name)
{
	int i;

	if (slice_eq_str(name, t->hand[t->last].queue))
		return t->last; /* a claim brings a queue at a time */
	for (i = 0; i < t->sim.queues; i++)
		if (slice_eq_str(name, t->hand[i].queue))
			return t->last = i;
	return -1;
}

static int
take_jobs(struct plan_track *t, const struct rows *rows, int64_t *due)
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
		} else if ((j.queue = find(t, c.queue)) >= 0) {
			pass_take(&t->sim.pass, c.queue, c.position, &c.id);
			sim_add(&t->sim, &j);
			taken++;
		}
	}
	return taken;
}

/* The lines that are no rows yet. */
static int
take_bundled(struct plan_track *t, int want, int times)
{
	struct sim *s = &t->sim;
	int i, taken = 0;

	for (i = 0; i < s->queues; i++) {
		struct plan_queue *q = &t->plan->queue[t->of[i]];
		struct sim_queue *sq = &s->queue[i];
		struct sim_job j = {
			.queue = i, .attempt = 1, .latest = q->latest
		};

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
	struct plan_track *t = ctx;
	struct plan *plan = t->plan;
	struct plan_ask a = { .hand = t->hand,
		.hands = (size_t)s->queues,
		.cutoff = plan->cutoff,
		.cut = plan->cut,
		.until = plan->until,
		.clock = s->now,
		.want = want,
		.cursor = s->pass.cursor,
		.cursors = s->pass.cursors };
	struct params p;
	struct rows *rows;
	int i, taken;

	for (i = 0; i < s->queues; i++)
		t->hand[i].jobs =
		    s->queue[i].hands - s->queue[i].cap * (times - 1);
	params_init(&p);
	plan_claim_params(&p, &a);
	conn_call(plan->conn, STMT_PLAN_CLAIM, &p, clock_mono_ms() + CALL_MS,
	    CALL_REPEAT, &rows, &plan->error);
	params_fini(&p);
	if (plan->error.code != ERR_OK)
		return -1;
	taken = take_jobs(t, rows, due);
	rows_free(rows);
	return taken > 0 ? taken : take_bundled(t, want, times);
}

static void
started(void *ctx, const struct sim_job *j)
{
	struct plan_track *t = ctx;
	struct plan *p = t->plan;
	struct plan_queue *q = &p->queue[t->of[j->queue]];
	struct plan_line *more;

	if (q->listed == p->most)
		return;
	q->listed++;
	if (p->lines == p->size) {
		p->size = p->size * 2 + 64;
		more = realloc(p->line, p->size * sizeof(*p->line));
		if (more == NULL)
			abort();
		p->line = more;
	}
	p->line[p->lines++] = (struct plan_line) { q->name, *j };
}

static int
by_start(const void *a, const void *b)
{
	const struct sim_job *x = &((const struct plan_line *)a)->job;
	const struct sim_job *y = &((const struct plan_line *)b)->job;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

enum err_code
plan_simulate(struct plan *p, int64_t drain_us, struct err *e)
{
	int i;

	for (i = 0; i < PLAN_TRACKS; i++) {
		struct sim *s = &p->track[i].sim;

		s->now = p->cut;
		s->until = p->until;
		s->drain = drain_us;
		s->claim = claim;
		s->started = started;
		s->ctx = &p->track[i];
		if (s->queues > 0 && !sim_run(s)) {
			*e = p->error;
			return e->code;
		}
	}
	if (p->lines > 0)
		qsort(p->line, p->lines, sizeof(*p->line), by_start);
	return ERR_OK;
}

struct plan_sum
plan_sum(const struct plan *p, const struct plan_queue *q)
{
	struct plan_sum s = { .later = q->later,
		.first_start = TIME_NONE,
		.last_end = TIME_NONE };

	if (q->number >= 0) {
		const struct sim_queue *o =
		    &p->track[q->track].sim.queue[q->number];

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
