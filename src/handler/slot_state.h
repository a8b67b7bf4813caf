/*
 * What a slot remembers; only for the files slot*.c.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_SLOT_STATE_H
#define ND_HANDLER_SLOT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/uuid.h"
#include "handler/crew.h"
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

	/* slot_fcgi.c: */
	struct crew crew;
	struct app *app; /* at this job; NULL: its process is its own */
	int64_t lost_ms; /* its connection is closed; how long for its end */
	bool replacing;	 /* it was killed so that another does this job */
	int64_t cpu_start_ms, cpu_limit_ms; /* of its process; 0: no limit */
	int64_t cpu_look_ms;		    /* when to look; -1: no more */

	bool timed_out;
	char trouble[512]; /* what was wrong with the program; "" */
	int exit_code, signal;
	struct slot_outcome outcome;
	struct buf text, log; /* what outcome lies in */
};

/* The process has ended: reap it and go on as far as it goes now. */
void slot_end_reap(struct slot *s);
/* The job has ended without it. */
void slot_end_job(struct slot *s);
/* Draining: a part has been taken. */
void slot_end_drain(struct slot *s);
/* Sweeping: it is time for another look. */
void slot_end_sweep(struct slot *s);
/* It was never started. */
void slot_end_unstarted(struct slot *s, const char *program, const char *why);

/* As slot_start; *why as process_start. */
enum err_code slot_fcgi_start(
    struct slot *s, const struct slot_job *j, const char **why, struct err *e);
/* After whatever has come. */
void slot_fcgi_step(struct slot *s);
/* When to look again, mono ms; INT64_MAX: never. */
int64_t slot_fcgi_wakes_at(const struct slot *s);
/* Its process has been reaped, its connection read to its end.  True: the job
 * has been begun again with another. */
bool slot_fcgi_ended(struct slot *s);

#endif
