/*
 * The end of a job, from the end of its process to its outcome.
 *
 * The main process has ended, whoever still holds its pipes open: its group is
 * killed, what lies in the pipes is read (draining), what escaped is killed
 * and the private directory emptied (sweeping).  So nothing can keep a slot
 * from its end but a process that the kernel itself cannot kill, and for that
 * one there is SLOT_PATIENCE_MS.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/slot_state.h"

#include <stdio.h>

#include "base/clock.h"
#include "handler/escape.h"
#include "handler/outcome.h"

static void
write_log(struct slot *s, const struct buf *why)
{
	buf_reset(&s->log);
	excerpt_write(&s->traffic.log, &s->log);
	if (why->len > 0) {
		if (s->log.len > 0 && s->log.ptr[s->log.len - 1] != '\n')
			buf_putc(&s->log, '\n');
		buf_puts(&s->log, "nightdrop: ");
		buf_slice(&s->log, buf_view(why));
		buf_putc(&s->log, '\n');
	}
	s->outcome.log = buf_view(&s->log);
}

static void
decide(struct slot *s)
{
	struct outcome_facts f = { .answer = &s->traffic.answer,
		.timed_out = s->timed_out,
		.trouble = s->trouble[0] != '\0' ? s->trouble : NULL,
		.exit_code = s->exit_code,
		.signal = s->signal,
		.now_us = clock_wall_us() };
	struct buf why;

	buf_init(&why, SLOT_WORDS_LIMIT / 2);
	buf_reset(&s->text);
	outcome_decide(&f, &s->text, &why, &s->outcome);
	if (!s->outcome.by_handler)
		answer_discard(&s->traffic.answer);
	write_log(s, &why);
	buf_fini(&why);
	s->phase = PHASE_OVER;
}

void
slot_end_sweep(struct slot *s)
{
	int64_t now = clock_mono_ms();
	bool patient = now < s->patience_ms;

	if (escape_kill(s->escape, s->id, s->tmp.path, s->group) && patient) {
		s->look_ms = now + s->pause_ms;
		s->pause_ms *= 2;
		if (s->pause_ms > SLOT_LOOK_MAX_MS)
			s->pause_ms = SLOT_LOOK_MAX_MS;
		return;
	}
	if (!patient) /* in somebody's hands: the next job gets another */
		tmpdir_close(&s->tmp);
	s->look_ms = now;
	if (tmpdir_clean(&s->tmp))
		decide(s);
}

/* Nothing more comes of it. */
static void
start_sweeping(struct slot *s)
{
	answer_end(&s->traffic.answer);
	s->phase = PHASE_SWEEPING;
	s->patience_ms = clock_mono_ms() + SLOT_PATIENCE_MS;
	s->pause_ms = 1;
	slot_end_sweep(s);
}

void
slot_end_drain(struct slot *s)
{
	if (!traffic_drain(&s->traffic))
		return; /* until slot_output_taken */
	if (s->app != NULL && slot_fcgi_ended(s))
		return;
	start_sweeping(s);
}

void
slot_end_reap(struct slot *s)
{
	if (!process_reap(&s->traffic.process, &s->exit_code, &s->signal))
		return;
	escape_remove(s->escape, s->group);
	s->outcome.ended_us = clock_mono_us();
	s->phase = PHASE_DRAINING;
	slot_end_drain(s);
}

void
slot_end_job(struct slot *s)
{
	s->outcome.ended_us = clock_mono_us();
	start_sweeping(s);
}

void
slot_end_unstarted(struct slot *s, const char *program, const char *why)
{
	snprintf(s->trouble, sizeof(s->trouble), "cannot run %.400s: %s",
	    program, why);
	s->exit_code = 127; /* as a shell has it */
	s->outcome.ended_us = s->outcome.started_us;
	answer_end(&s->traffic.answer);
	decide(s);
}
