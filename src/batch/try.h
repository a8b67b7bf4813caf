/*
 * --try: one handler, run as at night, without a database; a statement in one,
 * and rolled back.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_TRY_H
#define ND_BATCH_TRY_H

#include "batch/options.h"

/* Body from stdin; what became of it on stdout, the body of the answer last.
 * Exit code: 0 successful or to be continued, 1 any other outcome, 75 or 78
 * where it could not be run. */
int try_main(const struct options *o);

#endif
