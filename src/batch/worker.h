/*
 * What the worker holds: one thread, one poll loop, one connection, -j slots.
 * Shared by the files that move it along, each its own part:
 *
 *   run.c     opens the run and recovers, then the loop, then closes
 *   loop.c    polls, and calls those below until there is nothing to do
 *   bench.c   starts recorded jobs in slots, collects what they came to
 *   stream.c  long bodies and answers, between slots and the database
 *   work.c    turns: when to send one, and with what
 *   answer.c  what a turn's rows do to the jobs in hand
 *   keep.c    the lease, what is given back, which jobs are ours
 *   tell.c    how far handlers are, to the monitors of their jobs
 *   lane.c    the jobs of .sql handlers, which need no slot; see lane.h
 *   window.c  what does not fit any more, and the window's end
 *
 * A job is in one place: reserved or suspect → starting → recorded → a slot
 * → finished → reporting → gone.  Or returning, from where it is given back.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_WORKER_H
#define ND_BATCH_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/digest.h"
#include "base/err.h"
#include "batch/guardian.h"
#include "batch/handlers.h"
#include "batch/job.h"
#include "batch/lane.h"
#include "batch/lockfile.h"
#include "batch/pass.h"
#include "batch/report.h"
#include "batch/ticker.h"
#include "batch/window.h"
#include "db/conn.h"
#include "handler/slot.h"
#include "queue/run.h"

#define CALL_MS 30000 /* one call; then it is made again */
#define AGAIN_MS 1000 /* between two tries; see worker_again_at */
#define YIELD_MS 200  /* where somebody was in the way, and is gone by now */
#define LOOK_MS 1000  /* between two turns that look for stops */

struct seat { /* a slot and the job in it */
	struct worker *worker;
	struct slot *slot;
	struct job *job; /* NULL: free */
	char *tmp;	 /* its handler's TMPDIR */
	bool stopping;	 /* TERM was sent: dismissed, or the drain's end */
	bool given_up;	 /* stopped by the drain: give it back */
	bool stale;	 /* not ours any more: its outcome is nobody's */
	/* stream.c: */
	struct rows *part;     /* the next part of its body */
	int parts;	       /* asked for so far */
	int64_t fed;	       /* bytes */
	struct digest *digest; /* of them, where the job has none; NULL */
	bool ended;	       /* the end was fed */
	bool reading, writing; /* a call is under way */
	int64_t again_at;      /* not before, after a failed call */
	const char *trouble;   /* its body or answer could not be served */
};

struct worker {
	const struct config *config;
	int64_t drain_ms; /* after SIGTERM or the window, for what runs */
	const struct ward *ward;
	struct handlers *handlers;
	struct user user; /* of the handlers */
	struct report *report;
	struct ticker ticker;
	struct conn *conn;
	struct run_worker me;
	int64_t run;
	char business_date[16];		   /* 2026-11-25 */
	char instance[LOCK_INSTANCE_SIZE]; /* id of the database's */
	int64_t offset_us; /* server's clock minus our monotonic one */

	int64_t lease_ms, lease_until; /* length; end on the mono clock */
	int64_t renew_at;
	bool renewing;
	bool asking;		    /* for jobs of its own; see keep_ask_mine */
	int64_t ask_at, recover_at; /* once more; 0: not due */
	bool away;		    /* the database; said so */
	bool bundles_held;	    /* by strangers; see expand.h */

	struct escape *escape;
	struct seat *seat;
	int seats;
	int64_t place_at; /* no new process before, after a failed fork */
	int fork_failures;

	struct job_index in_hand;
	struct job_list reserved, suspect, starting, recorded, finished,
	    reporting, returning;
	struct pass pass;
	struct pace pace;
	struct lane *lane; /* NULL: no .sql handler */
	bool claims_lane;  /* the last turn's claim was for it */

	bool turning;	    /* a turn is under way */
	bool returning_now; /* a give_back is */
	size_t returned;    /* how many of the list it names */
	int64_t turn_ms;    /* when the last one was sent */
	int64_t turn_at;    /* not before */
	int failures;	    /* turns in a row that PostgreSQL refused */

	bool telling;	 /* a progress_put is under way */
	int64_t tell_at; /* not before */

	int64_t until;	    /* mono ms, the window's end; INT64_MAX: none */
	int64_t fits_until; /* when the first of what is reserved does not */
	bool shut;	    /* the window has closed */

	bool draining;
	int64_t drain_until;
	int exit_code;	/* where it had nothing to do */
	struct err end; /* why it must stop at once; ERR_OK: it need not */
};

int worker_busy(const struct worker *w); /* slots with a job */
/* Take and start nothing more: SIGTERM, the window, or nothing works.  at_once:
 * and do not wait for what runs. */
void worker_drain(struct worker *w, bool at_once);
/* Stop at once; the first reason is kept. */
void worker_fail(struct worker *w, const struct err *e);
/* Can the same call succeed later (database away, busy, full, standby)? */
bool worker_may_retry(enum err_code code);

/* When to try again what has just failed so: never twice after the same time,
 * or workers that were in each other's way would be so again. */
int64_t worker_again_at(enum err_code code);
/* When a call made now should be given up and made again. */
int64_t worker_deadline(const struct worker *w, int64_t now);
/* The lease of lease_ms was asked for at sent. */
void worker_lease_set(struct worker *w, int64_t sent);
/* recover's answer: what the dead had in hand can be claimed again. */
void worker_recovered(struct worker *w, const struct rows *rows);
/* A call failed: log it, or stop where trying again is no use. */
void worker_call_failed(
    struct worker *w, const char *what, const struct err *e);

void bench_open(struct worker *w);
/* No job will come: applications are told to leave. */
void bench_retire(struct worker *w);
void bench_close(struct worker *w); /* kills what still runs */
void bench_step(struct worker *w, int64_t now);
int64_t bench_wakes_at(const struct worker *w); /* mono ms; INT64_MAX */

void stream_begin(struct seat *s);
void stream_step(struct seat *s, int64_t now);
bool stream_quiet(const struct seat *s); /* nothing lent to a call */
void stream_end(struct seat *s);

void work_step(struct worker *w, int64_t now);
int64_t work_wakes_at(const struct worker *w);
bool work_over(const struct worker *w, int64_t now);

void tell_step(struct worker *w, int64_t now);

void answer_take(struct worker *w, const struct rows *rows);

void keep_step(struct worker *w, int64_t now);
int64_t keep_wakes_at(const struct worker *w);
void keep_ask_mine(void *worker); /* for conn_on_session */

/* From here on TERM, INT and HUP are remembered for the loop, and do not kill:
 * a worker that dies while it opens a run leaves it open. */
enum err_code loop_signals(struct err *e);
bool loop_signalled(void); /* one has come; the loop will take it */
/* Until there is nothing left to do, or w->end says why not. */
enum err_code loop_run(struct worker *w, struct err *e);

#endif
