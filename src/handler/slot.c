/*
 * One job from its start to its outcome.
 *
 *	idle -> running -> draining -> sweeping -> over -> idle
 *
 * This file has the first two; slot_end.c what comes after the process, or
 * after the job where its process stays; slot_fcgi.c what differs there.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/slot.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "handler/escape.h"
#include "handler/slot_state.h"

struct slot *
slot_new(struct escape *escape)
{
	struct slot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->escape = escape;
	crew_init(&s->crew, escape);
	traffic_init(&s->traffic);
	buf_init(&s->text, 8 * SLOT_HEADER_LIMIT); /* escaped, as JSON */
	buf_init(&s->log, SLOT_LOG_HEAD + SLOT_LOG_TAIL + SLOT_WORDS_LIMIT);
	return s;
}

void
slot_free(struct slot *s)
{
	int64_t until = clock_mono_ms() + 2 * SLOT_PATIENCE_MS;
	struct pollfd fds[SLOT_FDS];

	if (s == NULL)
		return;
	s->deadline_ms = -1; /* it is not begun again */
	slot_output_refused(s);
	while (s->phase != PHASE_IDLE && s->phase != PHASE_OVER &&
	       clock_mono_ms() < until) {
		int n = slot_poll(s, fds), ms = slot_timeout_ms(s);

		if (ms < 0 || ms > SLOT_LOOK_MAX_MS)
			ms = SLOT_LOOK_MAX_MS;
		(void)poll(fds, (nfds_t)n, ms);
		slot_step(s, fds, n);
	}
	crew_fini(&s->crew);
	tmpdir_close(&s->tmp);
	traffic_fini(&s->traffic);
	buf_fini(&s->text);
	buf_fini(&s->log);
	free(s);
}

void
slot_retire(struct slot *s)
{
	if (s->phase == PHASE_IDLE)
		crew_send_all_away(&s->crew);
}

static void
prepare(struct slot *s, const struct slot_job *j)
{
	uuid_format(&j->id, s->id);
	traffic_reset(&s->traffic, j->size, j->max_output);
	s->grace_ms = j->grace_ms > 0 ? j->grace_ms : SLOT_GRACE_MS;
	s->deadline_ms = clock_mono_ms() + j->time_limit_ms;
	s->kill_ms = -1;
	s->timed_out = false;
	s->trouble[0] = '\0';
	s->app = NULL;
	s->exit_code = s->signal = 0;
	s->outcome.started_us = clock_mono_us();
}

static enum err_code
start(struct slot *s, const struct slot_job *j, const char **why, struct err *e)
{
	enum err_code code;

	if (j->kind == HANDLER_FCGI)
		return slot_fcgi_start(s, j, why, e);
	code = process_start(&s->traffic.process, j, PROCESS_PIPES, why, e);
	if (code == ERR_OK && s->traffic.process.pid != 0)
		escape_add(s->escape, s->traffic.process.pid);
	return code;
}

enum err_code
slot_start(struct slot *s, const struct slot_job *j, struct err *e)
{
	const char *why = NULL;
	enum err_code code;

	prepare(s, j);
	if ((code = tmpdir_open(&s->tmp, j->tmp, j->user, e)) != ERR_OK ||
	    (code = start(s, j, &why, e)) != ERR_OK)
		return code;
	s->group = s->traffic.process.pid;
	if (s->group == 0) {
		slot_end_unstarted(s, j->program, why);
		return ERR_OK;
	}
	s->phase = PHASE_RUNNING;
	if (j->size == 0)
		traffic_end_input(&s->traffic);
	return ERR_OK;
}

void
slot_stop(struct slot *s)
{
	if (s->phase != PHASE_RUNNING || s->deadline_ms < 0)
		return;
	process_signal(&s->traffic.process, SIGTERM);
	s->deadline_ms = -1;
	s->kill_ms = clock_mono_ms() + s->grace_ms;
}

void
slot_kill(struct slot *s)
{
	process_signal(&s->traffic.process, SIGKILL);
}

static void
check_limits(struct slot *s)
{
	int64_t now = clock_mono_ms();

	if (s->traffic.answer.state == ANSWER_TOO_LONG)
		slot_kill(s);
	if (s->deadline_ms >= 0 && now >= s->deadline_ms) {
		s->timed_out = true;
		slot_stop(s);
	} else if (s->kill_ms >= 0 && now >= s->kill_ms) {
		slot_kill(s);
		s->kill_ms = -1;
	}
}

int
slot_poll(const struct slot *s, struct pollfd fds[static SLOT_FDS])
{
	if (s->phase != PHASE_RUNNING)
		return 0;
	fds[0] = (struct pollfd) { .fd = s->traffic.process.ended,
		.events = POLLIN };
	return 1 + traffic_poll(&s->traffic, fds + 1);
}

/* When something is to be done without being asked; INT64_MAX: never. */
static int64_t
wakes_at(const struct slot *s)
{
	int64_t at = INT64_MAX;

	if (s->phase == PHASE_SWEEPING)
		return s->look_ms;
	if (s->phase != PHASE_RUNNING)
		return at;
	if (s->app != NULL)
		at = slot_fcgi_wakes_at(s);
	if (s->deadline_ms >= 0 && s->deadline_ms < at)
		at = s->deadline_ms;
	if (s->kill_ms >= 0 && s->kill_ms < at)
		at = s->kill_ms;
	return at;
}

int
slot_timeout_ms(const struct slot *s)
{
	struct slot_outcome out;
	int64_t at = wakes_at(s), left;

	if (slot_done(s, &out))
		return 0;
	if (at == INT64_MAX)
		return -1;
	left = at - clock_mono_ms();
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

void
slot_step(struct slot *s, const struct pollfd *fds, int n)
{
	for (int i = 1; i < n; i++)
		if (fds[i].revents != 0)
			traffic_step(&s->traffic, &fds[i]);
	if (n > 0 && fds[0].revents != 0)
		slot_end_reap(s);
	if (s->phase == PHASE_RUNNING && s->app != NULL)
		slot_fcgi_step(s);
	if (s->phase == PHASE_RUNNING)
		check_limits(s);
	else if (s->phase == PHASE_SWEEPING && clock_mono_ms() >= s->look_ms)
		slot_end_sweep(s);
}

bool
slot_wants_input(const struct slot *s)
{
	return traffic_wants_input(&s->traffic);
}

void
slot_feed(struct slot *s, struct slice data)
{
	traffic_feed(&s->traffic, data);
}

bool
slot_output(const struct slot *s, struct slice *data, int *seq)
{
	return s->phase != PHASE_IDLE &&
	       answer_part(&s->traffic.answer, data, seq);
}

void
slot_output_taken(struct slot *s)
{
	answer_part_taken(&s->traffic.answer);
	if (s->phase == PHASE_DRAINING)
		slot_end_drain(s);
}

void
slot_output_refused(struct slot *s)
{
	answer_discard(&s->traffic.answer);
	slot_kill(s);
	if (s->phase == PHASE_DRAINING)
		slot_end_drain(s);
}

const char *
slot_progress(struct slot *s)
{
	return progress_next(&s->traffic.progress);
}

bool
slot_done(const struct slot *s, struct slot_outcome *out)
{
	struct slice data;
	int seq;

	if (s->phase != PHASE_OVER || slot_output(s, &data, &seq))
		return false;
	*out = s->outcome;
	return true;
}

void
slot_reset(struct slot *s)
{
	s->phase = PHASE_IDLE;
}
