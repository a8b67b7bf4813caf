/*
 * The window of a run.
 *
 * The database admits to a claim what fits (nightdrop.claim_lines), and says of
 * each job when it must have begun.  A job may wait for its slot longer than
 * that: then it goes back, uncharged, and no claim brings it again, because its
 * queue does not fit any more.  By the database's clock, as of the opening, on
 * our monotonic one: a clock that is set while we run moves nothing.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/window.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/worker.h"

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* H:MM or HH:MM. */
static bool
time_of_day(struct slice s, int *hour, int *minute)
{
	size_t colon = s.len - 3, i;

	if ((s.len != 4 && s.len != 5) || s.ptr[colon] != ':')
		return false;
	for (i = 0; i < s.len; i++)
		if (i != colon && !digit(s.ptr[i]))
			return false;
	*hour = s.ptr[0] - '0';
	if (s.len == 5)
		*hour = *hour * 10 + s.ptr[1] - '0';
	*minute = (s.ptr[colon + 1] - '0') * 10 + s.ptr[colon + 2] - '0';
	return *hour < 24 && *minute < 60;
}

bool
window_parse(struct slice text, char out[static WINDOW_TEXT_SIZE])
{
	int hour, minute;
	int64_t ms;
	size_t i = 0;

	if (time_of_day(text, &hour, &minute)) {
		snprintf(out, WINDOW_TEXT_SIZE, "%02d:%02d", hour, minute);
		return true;
	}
	/* 6 would be seconds, and was meant as an hour. */
	while (i < text.len && digit(text.ptr[i]))
		i++;
	if (i == text.len || !duration_parse(text, &ms) || ms <= 0)
		return false;
	snprintf(out, WINDOW_TEXT_SIZE, "%lld ms", (long long)ms);
	return true;
}

/* A moment of the server's clock on our monotonic one. */
static int64_t
mono_ms(const struct worker *w, int64_t us)
{
	return us == TIME_NONE ? INT64_MAX : (us - w->offset_us) / 1000;
}

void
window_open(struct worker *w, int64_t until)
{
	w->until = mono_ms(w, until);
	w->fits_until = INT64_MAX;
}

bool
window_claimed(struct worker *w, const struct job *j)
{
	int64_t latest = mono_ms(w, j->claim.due);

	if (clock_mono_ms() >= latest)
		return false;
	if (latest < w->fits_until)
		w->fits_until = latest;
	return true;
}

static void
sweep(struct worker *w, struct job_list *l)
{
	size_t n = l->count;
	struct job *j;

	for (; n > 0; n--) {
		j = list_take(l);
		list_add(window_claimed(w, j) ? l : &w->returning, j);
	}
}

void
window_step(struct worker *w, int64_t now)
{
	if (w->draining)
		return;
	if (now >= w->until) {
		log_event(LEVEL_NOTICE, "run %lld: its window has closed",
		    (long long)w->run);
		w->shut = true;
		worker_drain(w, false);
		return;
	}
	if (now < w->fits_until)
		return;
	w->fits_until = INT64_MAX;
	sweep(w, &w->reserved);
	sweep(w, &w->suspect);
	if (w->lane != NULL) {
		sweep(w, &w->lane->reserved);
		sweep(w, &w->lane->ready);
	}
}

int64_t
window_wakes_at(const struct worker *w)
{
	if (w->draining)
		return INT64_MAX;
	return w->fits_until < w->until ? w->fits_until : w->until;
}

int64_t
window_deadline(const struct worker *w, const struct job *j)
{
	int64_t end;

	if (w->until == INT64_MAX)
		return j->due;
	end = (w->until + w->drain_ms) * 1000 + w->offset_us;
	return end < j->due ? end : j->due;
}

void
window_tell_long(struct worker *w, const struct job *j)
{
	char id[UUID_TEXT_LEN + 1];

	report_warn(w->report,
	    "job %s was started first: jobs of %.*s have needed longer than "
	    "the whole window; give them a longer one",
	    uuid_format(&j->id, id), (int)j->claim.queue.len,
	    j->claim.queue.ptr);
}

void
window_tell_stopped(struct worker *w, const struct job *j)
{
	char id[UUID_TEXT_LEN + 1];

	report_warn(w->report,
	    "job %s of %.*s still ran when the window had closed, and was "
	    "stopped; it is not charged, and keeps its place",
	    uuid_format(&j->id, id), (int)j->claim.queue.len,
	    j->claim.queue.ptr);
}
