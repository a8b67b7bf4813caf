/*
 * Bundles, before the first claim: their lines are moved into the line of
 * jobs, for this run.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_EXPAND_H
#define ND_BATCH_EXPAND_H

#include "batch/worker.h"

/*
 * Until none is left that was sealed when the run opened, or somebody wants us
 * to stop: what is not moved is still there for the next run.  Renews the
 * lease.  Errors of the database that trying again did not mend.
 */
enum err_code expand_bundles(struct worker *w, struct err *e);

#endif
