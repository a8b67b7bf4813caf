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
 * to stop, or what is left is held by somebody else's session for seconds
 * (then w->bundles_held is true): what is not moved is still there for the next
 * run.  *any: something was.  Renews the lease.  Errors of the database that
 * trying again did not mend.
 */
enum err_code expand_bundles(struct worker *w, bool *any, struct err *e);

#endif
