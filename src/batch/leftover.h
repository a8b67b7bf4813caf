/*
 * What batches that were killed have left in run_dir and nobody needs.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_LEFTOVER_H
#define ND_BATCH_LEFTOVER_H

#include <stdint.h>

#include "batch/worker.h"

/* Remove it; what is not certain is left to the next run.  until: mono ms. */
void leftover_sweep(struct worker *w, int64_t until);

#endif
