/*
 * A run of a worker, from the opening to the report.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_RUN_H
#define ND_BATCH_RUN_H

#include "batch/guardian.h"

/* A worker_fn; ctx: struct options. */
int run_worker(void *ctx, const struct ward *ward);

#endif
