/*
 * The place of a worker in a run, and what is said where it gets none.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_ENTER_H
#define ND_BATCH_ENTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/options.h"
#include "batch/proof.h"
#include "batch/worker.h"
#include "queue/run.h"

#define HOST_SIZE 256

struct entering {
	const struct options *options;
	struct worker *w;
	struct run_entry entry; /* its scope is the caller's to fill in */
	struct proof proof;	/* of those whose jobs are to be recovered */
	char host[HOST_SIZE];
	bool nothing;  /* there is nothing to do, and that was said */
	bool recorded; /* what follows from the proof is in the database */
};

void enter_init(
    struct entering *n, struct worker *w, const struct options *options);
void enter_fini(struct entering *n);

/* Open, resume or join.  The caller recovers what is left of a run that has
 * been entered, and then sets recorded.  ERR_BUSY: --stale, and older than that
 * is a run in the way.  ERR_CONFIG: a queue was dropped meanwhile. */
enum err_code enter_run(struct entering *n, int64_t until, struct err *e);

#endif
