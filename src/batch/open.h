/*
 * How a worker enters a run.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_OPEN_H
#define ND_BATCH_OPEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/options.h"
#include "batch/worker.h"

/*
 * *entered: w has its place, its lease and the server's time, and what dead
 * workers had in hand is back in the line.  Else there is nothing to do, and
 * why has been said.
 */
enum err_code open_run(struct worker *w, const struct options *options,
    bool *entered, struct err *e);

/* This database is a copy that was not adopted: ERR_CONFIG. */
enum err_code open_moved(struct err *e);

/* A plain call, for where no handler lives.  p is used up. */
enum err_code open_call(struct worker *w, enum stmt_id stmt, struct params *p,
    int64_t until, struct rows **out, struct err *e);

/* After it: somebody else is opening or closing; true after a pause, to try
 * again.  It varies, so that fifty batches do not meet again. */
bool open_again(enum err_code code, int64_t until);

#endif
