/*
 * Asking for a place in a run, until the answer is one to act on.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_PLACE_H
#define ND_BATCH_PLACE_H

#include <stdint.h>

#include "base/err.h"
#include "batch/enter.h"
#include "db/rows.h"
#include "queue/run.h"

/*
 * Who is in the way is proven dead where that can be done; runs that nobody
 * goes on with are closed; where others open, enter or close a run of these
 * queues, they are waited for, and that is said.  *sent: when the call that was
 * answered was made; *out: its rows, the caller's to free.  A signal ends the
 * waiting: RUN_STOPPED, and *out is NULL.
 *
 * ERR_BUSY: others were at it for a quarter of an hour.
 */
enum err_code place_ask(struct entering *n, struct rows **out,
    struct run_place *place, int64_t *sent, struct err *e);

#endif
