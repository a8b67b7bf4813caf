/*
 * The window of a run: when it closes, and what does not fit into it any more.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_WINDOW_H
#define ND_BATCH_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct job;
struct worker;

#define WINDOW_TEXT_SIZE 32

/* "06:00", by the clock on the wall where the database is set to be, or a
 * duration with its unit ("2h"): as the database wants it.  False: neither. */
bool window_parse(struct slice text, char out[static WINDOW_TEXT_SIZE]);

/* It closes at until (us, the server's clock; TIME_NONE: there is none). */
void window_open(struct worker *w, int64_t until);
/* A claim has brought this job.  False: it does not fit any more (the server's
 * clock was set back). */
bool window_claimed(struct worker *w, const struct job *j);
/* Give back what does not fit any more; at the end, stop. */
void window_step(struct worker *w, int64_t now);
int64_t window_wakes_at(const struct worker *w); /* mono ms; INT64_MAX */

/* us: when its handler is ended at the latest, by its time limit or because
 * window and drain are over. */
int64_t window_deadline(const struct worker *w, const struct job *j);

/* For the report: it was started, and needs longer than the whole window; it
 * was stopped by the window's end. */
void window_tell_long(struct worker *w, const struct job *j);
void window_tell_stopped(struct worker *w, const struct job *j);

#endif
