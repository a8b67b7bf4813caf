/*
 * The guardian: what cron started.  It proves by a locked file that this
 * batch is alive, and sees to it that nothing of a worker outlives it.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_GUARDIAN_H
#define ND_BATCH_GUARDIAN_H

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/config.h"
#include "base/err.h"

/* Exit codes (sysexits). */
enum {
	EXIT_SOFT = 70, /* the ledger does not balance; an error of our own */
	EXIT_TEMP = 75, /* database away, lease lost: the next run goes on */
	EXIT_CONF = 78
};

/* What a worker gets when its guardian dies.  Until it catches it, it dies by
 * it: then it has no handlers yet. */
#define ORPHANED SIGUSR1
/* SIGINT again: end handlers at once.  The first INT, and HUP, reach it as
 * TERM. */
#define HURRY SIGUSR2

/* The page that guardian and worker share.  Written by the worker. */
struct watch {
	_Atomic int64_t lease_until; /* clock_mono_ms(); 0: no lease yet */
	_Atomic int64_t run, worker; /* 0: none yet */
};

struct ward { /* what a worker is told */
	struct watch *watch;
	const char *lock;    /* path of the guardian's locked file */
	int lock_fd;	     /* and its descriptor, to mark it */
	int64_t run;	     /* join this run; 0: open one */
	int64_t predecessor; /* the worker that died before; 0: none */
};

typedef int worker_fn(void *ctx, const struct ward *ward); /* exit code */

/*
 * Hold the lock, run fn in a child, and return its exit code when nothing of
 * it is left.  A worker that dies by a signal is followed by another, three
 * times at most.  ERR_IO, ERR_CONFIG: it could not begin.
 */
enum err_code guardian_run(const struct config *c, worker_fn *fn, void *ctx,
    int *exit_code, struct err *e);

#endif
