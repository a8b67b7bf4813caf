/*
 * The bench: recorded jobs into free slots, ended ones out of them.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/lockfile.h"
#include "batch/worker.h"
#include "handler/environment.h"
#include "handler/escape.h"

#define FORK_FAILURES 5 /* in a row, then the run ends */

int
worker_busy(const struct worker *w)
{
	int i, n = 0;

	for (i = 0; i < w->seats; i++)
		n += w->seat[i].job != NULL;
	return n;
}

void
bench_open(struct worker *w)
{
	int i;

	w->escape = escape_new();
	w->seats = (int)w->config->jobs;
	if ((w->seat = calloc((size_t)w->seats, sizeof(*w->seat))) == NULL)
		abort();
	for (i = 0; i < w->seats; i++) {
		w->seat[i].worker = w;
		w->seat[i].slot = slot_new(w->escape);
		w->seat[i].tmp = lockfile_tmp(w->ward->lock, i);
	}
}

void
bench_retire(struct worker *w)
{
	for (int i = 0; i < w->seats; i++)
		slot_retire(w->seat[i].slot);
}

void
bench_close(struct worker *w)
{
	int i;

	bench_retire(w);
	for (i = 0; i < w->seats; i++) {
		stream_end(&w->seat[i]);
		slot_free(w->seat[i].slot);
		job_free(w->seat[i].job);
		free(w->seat[i].tmp);
	}
	escape_free(w->escape);
	free(w->seat);
	w->seat = NULL;
	w->seats = 0;
}

static enum err_code
seat_start(struct seat *s, struct job *j, struct err *e)
{
	struct worker *w = s->worker;
	const struct turn_row *c = &j->claim;
	struct environment_facts facts = {
		.request = c->request,
		.request_fields = c->request_fields,
		.type = c->type,
		.size = c->size,
		.program = j->handler->path,
		.tmp = s->tmp,
		.id = j->id,
		.attempt = j->attempt,
		.max_attempts = c->max_attempts,
		.run = w->run,
		.business_date = w->business_date,
		.accepted_us = c->accepted,
		.deadline_us = window_deadline(w, j),
		.digest = c->digest,
		.state = c->state,
	};
	struct slot_job start = {
		.kind = j->handler->kind,
		.id = j->id,
		.program = j->handler->path,
		.directory = w->config->handler_dir,
		.tmp = s->tmp,
		.size = c->size,
		.time_limit_ms = c->time_limit_ms,
		.cpu_limit_s = c->cpu_limit_s,
		.memory_limit = c->memory_limit,
		.max_output = c->max_output,
		.max_files = c->max_files,
		.user = &w->user,
	};
	enum err_code code;
	char **env;

	if ((code = environment_new(&facts, &env, e)) != ERR_OK)
		return code;
	start.env = env;
	code = slot_start(s->slot, &start, e);
	free(env);
	return code;
}

/* No process for want of some resource: not the job's fault. */
static void
fork_failed(struct worker *w, struct job *j, const struct err *e)
{
	log_event(LEVEL_ERROR, "cannot start a handler: %s", e->text);
	list_add(&w->returning, j);
	w->place_at = clock_mono_ms() + AGAIN_MS;
	if (++w->fork_failures < FORK_FAILURES || w->draining)
		return;
	report_warn(w->report,
	    "this host cannot start handlers: %s; what was "
	    "taken goes back into the line",
	    e->text);
	worker_drain(w, false);
}

static void
place(struct seat *s, struct job *j)
{
	struct worker *w = s->worker;
	struct err e = ERR_INIT;
	enum err_code code = seat_start(s, j, &e);

	if (code == ERR_IO) {
		fork_failed(w, j, &e);
		return;
	}
	if (code != ERR_OK) {
		job_end_by_us(j, TURN_FAILED,
		    code == ERR_FIELDS_TOO_LARGE ? 431 : 500, e.text,
		    w->offset_us);
		list_add(&w->finished, j);
		return;
	}
	w->fork_failures = 0;
	s->job = j;
	s->stopping = s->given_up = s->stale = false;
	stream_begin(s);
	stream_step(s, clock_mono_ms());
}

/* Its slot is done: where the job goes from here. */
static void
collect(struct seat *s, const struct slot_outcome *o)
{
	struct worker *w = s->worker;
	struct job *j = s->job;

	s->job = NULL;
	stream_end(s);
	if (s->stale) {
		job_free(j);
	} else if (s->given_up && o->result == RESULT_RETRY) {
		if (w->shut)
			window_tell_stopped(w, j);
		list_add(&w->returning, j);
	} else if (s->trouble != NULL) {
		job_end_by_us(j, TURN_RETRY, 500, s->trouble, w->offset_us);
		list_add(&w->finished, j);
	} else {
		job_end(j, o, w->offset_us);
		list_add(&w->finished, j);
	}
	pace_add(&w->pace, (double)(o->ended_us - o->started_us) / 1000.0);
	slot_reset(s->slot);
}

static void
stop_rest(struct worker *w)
{
	int i;

	for (i = 0; i < w->seats; i++)
		if (w->seat[i].job != NULL && !w->seat[i].given_up) {
			w->seat[i].given_up = w->seat[i].stopping = true;
			slot_stop(w->seat[i].slot);
		}
}

void
bench_step(struct worker *w, int64_t now)
{
	struct slot_outcome o;
	int i;

	if (w->draining && now >= w->drain_until)
		stop_rest(w);
	for (i = 0; i < w->seats; i++) {
		struct seat *s = &w->seat[i];

		if (s->job != NULL) {
			stream_step(s, now);
			if (stream_quiet(s) && slot_done(s->slot, &o))
				collect(s, &o);
		}
		if (s->job == NULL && w->recorded.first != NULL &&
		    !w->draining && now >= w->place_at)
			place(s, list_take(&w->recorded));
	}
}

int64_t
bench_wakes_at(const struct worker *w)
{
	int64_t at = INT64_MAX;
	int i;

	/* Only a failed fork keeps a recorded job from a free slot. */
	if (w->recorded.first != NULL && worker_busy(w) < w->seats)
		at = w->place_at;
	for (i = 0; i < w->seats; i++) {
		const struct seat *s = &w->seat[i];

		if (s->job == NULL)
			continue;
		if (w->draining && !s->given_up && w->drain_until < at)
			at = w->drain_until;
		if (s->again_at != 0 && s->again_at < at)
			at = s->again_at;
	}
	return at;
}
