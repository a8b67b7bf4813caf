/*
 * The line that a terminal sees while a run goes on.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/ticker.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/descriptors.h"

#define EVERY_MS 500

void
ticker_open(struct ticker *t, int64_t now)
{
	*t = (struct ticker) { .on = isatty(STDERR_FILENO) == 1, .began = now };
}

void
ticker_count(struct ticker *t, struct slice fate)
{
	if (slice_eq_str(fate, "successful"))
		t->successful++;
	else if (slice_eq_str(fate, "failed"))
		t->failed++;
	else
		t->again++;
}

void
ticker_step(struct ticker *t, int64_t now, int64_t run, int running)
{
	int64_t s = (now - t->began) / 1000;

	if (!t->on || now < t->at)
		return;
	t->at = now + EVERY_MS;
	if (!descriptors_ready(STDERR_FILENO)) /* Ctrl-S */
		return;
	fprintf(stderr,
	    "\rrun %" PRId64 ": %d running, %" PRId64 " successful, %" PRId64
	    " failed, %" PRId64 " put back; %" PRId64 ":%02" PRId64
	    ":%02" PRId64 "\033[K",
	    run, running, t->successful, t->failed, t->again, s / 3600,
	    s / 60 % 60, s % 60);
	fflush(stderr);
}

void
ticker_close(struct ticker *t)
{
	if (t->on && descriptors_ready(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	t->on = false;
}
