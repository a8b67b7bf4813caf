/*
 * A slot whose handler does nothing: it has ended when it starts.  The batch
 * that the benchmark links with this in place of handler/slot.c runs no
 * program at all, so that only claims, starts and finishes are measured.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/slot.h"

#include <stdlib.h>

#include "base/clock.h"

struct slot {
	bool busy;
	struct slot_outcome outcome;
};

struct slot *
slot_new(struct escape *escape)
{
	struct slot *s = calloc(1, sizeof(*s));

	(void)escape;
	if (s == NULL)
		abort();
	return s;
}

void
slot_free(struct slot *s)
{
	free(s);
}

void
slot_retire(struct slot *s)
{
	(void)s;
}

enum err_code
slot_start(struct slot *s, const struct slot_job *j, struct err *e)
{
	(void)j;
	(void)e;
	s->busy = true;
	s->outcome = (struct slot_outcome) { .result = RESULT_SUCCESSFUL,
		.status = 200,
		.reason = "OK",
		.by_handler = true,
		.fields = SLICE_LIT("[[\"Content-Type\", \"text/plain\"]]"),
		.size = 3,
		.body = SLICE_LIT("ok\n"),
		.log = SLICE_LIT(""),
		.retry_ms = -1,
		.started_us = clock_mono_us(),
		.ended_us = clock_mono_us() };
	return ERR_OK;
}

bool
slot_done(const struct slot *s, struct slot_outcome *out)
{
	*out = s->outcome;
	return s->busy;
}

void
slot_reset(struct slot *s)
{
	s->busy = false;
}

bool
slot_busy(const struct slot *s)
{
	return s->busy;
}

int
slot_timeout_ms(const struct slot *s)
{
	return s->busy ? 0 : -1;
}

int
slot_poll(const struct slot *s, struct pollfd fds[static SLOT_FDS])
{
	(void)s;
	(void)fds;
	return 0;
}

void
slot_step(struct slot *s, const struct pollfd *fds, int n)
{
	(void)s;
	(void)fds;
	(void)n;
}

void
slot_stop(struct slot *s)
{
	(void)s;
}

void
slot_kill(struct slot *s)
{
	(void)s;
}

bool
slot_wants_input(const struct slot *s)
{
	(void)s;
	return false;
}

void
slot_feed(struct slot *s, struct slice data)
{
	(void)s;
	(void)data;
}

bool
slot_output(const struct slot *s, struct slice *data, int *seq)
{
	(void)s;
	(void)data;
	(void)seq;
	return false;
}

void
slot_output_taken(struct slot *s)
{
	(void)s;
}

void
slot_output_refused(struct slot *s)
{
	(void)s;
}

const char *
slot_progress(struct slot *s)
{
	(void)s;
	return NULL;
}
