/*
 * What a slot remembers; only for slot.c and slot_end.c.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_SLOT_STATE_H
#define ND_HANDLER_SLOT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/uuid.h"
#include "handler/slot.h"
#include "handler/tmpdir.h"
#include "handler/traffic.h"

#define SLOT_LOOK_MAX_MS 50   /* between two looks at what is dying */
#define SLOT_PATIENCE_MS 2000 /* for it */
#define SLOT_WORDS_LIMIT 1024 /* of our own at the end of the log */

enum phase {
	PHASE_IDLE,
	PHASE_RUNNING,
	PHASE_DRAINING,
	PHASE_SWEEPING,
	PHASE_OVER
};

struct slot {
	enum phase phase;
	struct escape *escape;
	struct traffic traffic; /* with the process */
	struct tmpdir tmp;
	char id[UUID_TEXT_LEN + 1];
	pid_t group; /* of the process, when it has been reaped too */

	int64_t grace_ms;
	int64_t deadline_ms; /* TERM; -1: was sent */
	int64_t kill_ms;     /* KILL; -1: not yet, or was sent */
	int64_t look_ms;     /* next look at what is dying */
	int64_t patience_ms; /* until then */
	int64_t pause_ms;    /* between two looks */

	bool timed_out;
	char no_start[512]; /* why exec failed; "" */
	int exit_code, signal;
	struct slot_outcome outcome;
	struct buf text, log; /* what outcome lies in */
};

/* The process has ended: reap it and go on as far as it goes now. */
void slot_end_reap(struct slot *s);
/* Draining: a part has been taken. */
void slot_end_drain(struct slot *s);
/* Sweeping: it is time for another look. */
void slot_end_sweep(struct slot *s);
/* It was never started. */
void slot_end_unstarted(struct slot *s, const char *program, const char *why);

#endif
