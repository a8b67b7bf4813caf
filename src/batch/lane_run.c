/*
 * A chunk's transaction, step by step.
 *
 * A step that fails leads to the rollback, and that to what is to become of
 * the chunk.  What is not known to have been committed is done again: the
 * first steps say which of the jobs are still ours.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/lane.h"
#include "batch/worker.h"

#define MARGIN_MS 10000 /* over the queue's time limit, which ends it first */
#define WORDS_SIZE 4096

static void done(void *ctx, struct rows *rows, const struct err *e);

/* Parameters of the steps. */

static void
take_params(struct lane *l, struct params *p)
{
	const struct job_list *jobs = &l->now->jobs;
	struct turn_start *start = calloc(jobs->count, sizeof(*start));
	struct job *j;
	size_t n = 0;

	if (start == NULL)
		abort();
	for (j = jobs->first; j != NULL; j = j->next)
		start[n++] = (struct turn_start) { j->id, j->attempt };
	chunk_params(p, &l->w->me, slice_str(l->queue->name), start, n);
	free(start);
}

static void
reset_params(struct lane *l, struct params *p)
{
	(void)l;
	params_text(p, SLICE_LIT("none"));
}

static void
finish_params(struct lane *l, struct params *p)
{
	turn_params(p, &l->w->me,
	    &(struct turn) {
		.finish = l->finish, .finishes = l->now->jobs.count });
}

/* Answers to the steps; false: roll back. */

/* One that is to be stopped is locked with the others, and its end would wait
 * for the statement: they begin again without it. */
static bool
take_held(struct lane *l, const struct rows *rows)
{
	struct job_list was = l->now->jobs, *jobs = &l->now->jobs;
	bool all = true;
	struct job *j;
	int i;

	*jobs = (struct job_list) { .count = 0 };
	for (i = 0; i < rows_count(rows); i++) {
		struct chunk_held h = chunk_held_read(rows, i);

		if ((j = list_take_id(&was, &h.id)) == NULL)
			continue;
		if (h.stop)
			lane_end(l, j, TURN_FAILED, 410, "");
		else
			list_add(jobs, j);
		all = all && !h.stop;
	}
	if (was.first != NULL)
		log_event(LEVEL_NOTICE,
		    "%zu jobs of queue %s are done, or not ours any more",
		    was.count, l->queue->name);
	list_free(&was);
	return all && jobs->first != NULL;
}

static bool
take_answer(struct lane *l, const struct rows *rows)
{
	(void)rows;
	l->answer = conn_keep_rows(l->conn);
	l->fault = lane_answer(l);
	l->closing = l->why.code == ERR_CONFIG;
	return l->fault == FAULT_NONE;
}

/* One that is stale or was dismissed meanwhile spoils it for all: without it
 * the others are done again. */
static bool
take_recorded(struct lane *l, const struct rows *rows)
{
	struct err e = ERR_INIT;
	struct turn_row r;
	int i;

	for (i = 0; i < rows_count(rows); i++)
		if (turn_row_read(rows, i, &r, &e) == ERR_OK &&
		    r.kind == TURN_ROW_FINISH &&
		    (r.verdict != TURN_RECORDED ||
			slice_eq_str(r.fate, "dismissed")))
			return false;
	l->recorded = conn_keep_rows(l->conn);
	return true;
}

enum {
	BEGIN,
	SETTINGS,
	TAKE,
	RUN,
	CONSTRAINTS,
	RESET,
	FINISH,
	COMMIT,
	ROLLBACK
};

static const struct {
	enum stmt_id stmt;
	void (*params)(struct lane *l, struct params *p);
	bool (*take)(struct lane *l, const struct rows *rows);
	bool theirs; /* runs what is the statement's */
} steps[] = {
	[BEGIN] = { STMT_BEGIN, NULL, NULL, false },
	/* What a function of the last chunk has set for the session. */
	[SETTINGS] = { STMT_SETTINGS, NULL, NULL, false },
	[TAKE] = { STMT_CHUNK_BEGIN, take_params, take_held, false },
	[RUN] = { STMT_STATEMENT, NULL, take_answer, true },
	/* What is deferred to the commit is done now, as that role, so that its
	 * errors are the statement's. */
	[CONSTRAINTS] = { STMT_CONSTRAINTS, NULL, NULL, true },
	[RESET] = { STMT_ROLE, reset_params, NULL, false },
	[FINISH] = { STMT_TURN, finish_params, take_recorded, true },
	[COMMIT] = { STMT_COMMIT, NULL, NULL, true },
	[ROLLBACK] = { STMT_ROLLBACK, NULL, NULL, false },
};

static void
call(struct lane *l, size_t step)
{
	int64_t now = clock_mono_ms(), until = worker_deadline(l->w, now);
	enum conn_flags flags = step == BEGIN ? CALL_REPEAT : CALL_INSIDE;
	struct params p;

	if (step == RUN || step == CONSTRAINTS)
		until =
		    now + l->now->jobs.first->claim.time_limit_ms + MARGIN_MS;
	l->step = step;
	l->calling = true;
	if (step == RUN) {
		conn_submit_sql(l->conn, l->queue->sql, until, flags, done, l);
		return;
	}
	params_init(&p);
	if (steps[step].params != NULL)
		steps[step].params(l, &p);
	conn_submit(l->conn, steps[step].stmt, &p, until, flags, done, l);
	params_fini(&p);
}

/* What PostgreSQL said of the statement, for the attempt's log. */
static void
keep_words(struct lane *l, const char *state, const struct err *e)
{
	const char *words = conn_words(l->conn);

	free(l->words);
	if ((l->words = malloc(WORDS_SIZE)) == NULL)
		abort();
	if (*state != '\0' && *words != '\0')
		snprintf(l->words, WORDS_SIZE, "SQLSTATE %s: %s", state, words);
	else
		snprintf(l->words, WORDS_SIZE, "%s", e->text);
}

static void
failed(struct lane *l, const struct err *e)
{
	const char *state =
	    e->code == ERR_DB_AWAY ? "" : conn_sqlstate(l->conn);

	l->why = *e;
	l->fault = FAULT_WAIT;
	l->theirs = steps[l->step].theirs;
	if (e->code == ERR_LEASE) {
		worker_fail(l->w, e);
	} else if (l->step == RUN && e->code == ERR_SHAPE) {
		l->closing = true; /* it returns no rows at all */
	} else if (!steps[l->step].theirs && e->code == ERR_CONFIG) {
		l->closing = true;
	} else if (!steps[l->step].theirs) {
		worker_call_failed(
		    l->w, stmt_get(steps[l->step].stmt)->name, e);
	} else if (l->stopping && strcmp(state, "57014") == 0) {
		l->fault = FAULT_NONE; /* it was we */
	} else {
		l->fault = chunk_fault_of(state);
		l->now->losses += l->step == RUN && *state == '\0';
		keep_words(l, state, e);
	}
}

static void
done(void *ctx, struct rows *rows, const struct err *e)
{
	struct lane *l = ctx;
	size_t step = l->step;

	l->calling = false;
	if (step == ROLLBACK) {
		lane_settle(l);
	} else if (e->code == ERR_OK &&
		   (steps[step].take == NULL || steps[step].take(l, rows))) {
		if (step == COMMIT)
			lane_succeeded(l);
		else
			call(l, step + 1);
	} else {
		if (e->code != ERR_OK)
			failed(l, e);
		if (step == BEGIN || !conn_alive(l->conn))
			lane_settle(l);
		else
			call(l, ROLLBACK);
	}
}

static void
cancel_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct lane *l = ctx;

	(void)rows;
	(void)e; /* then it ends by itself, and is seen at its end */
	l->cancelling = false;
}

void
lane_cancel(struct lane *l)
{
	struct params p;

	if (!l->calling || l->stopping || !steps[l->step].theirs)
		return;
	l->stopping = l->cancelling = true;
	params_init(&p);
	params_int4(&p, conn_backend(l->conn));
	conn_submit(l->w->conn, STMT_CANCEL, &p,
	    worker_deadline(l->w, clock_mono_ms()), CALL_ONCE, cancel_done, l);
	params_fini(&p);
}

void
lane_run(struct lane *l, int64_t now)
{
	if (l->calling) {
		if (l->w->draining && now >= l->w->drain_until)
			lane_cancel(l);
		return;
	}
	/* A cancel that comes late would hit the next chunk. */
	if (l->w->draining || l->cancelling || now < l->again_at ||
	    (l->now = lane_gather(l)) == NULL)
		return;
	l->queue = lane_queue_of(l, l->now->jobs.first);
	l->fault = FAULT_NONE;
	l->closing = l->stopping = false;
	l->why.code = ERR_OK;
	l->began_us = clock_mono_us();
	call(l, BEGIN);
}
