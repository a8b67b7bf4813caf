/*
 * --check: would a run work, here and now?
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_CHECK_H
#define ND_BATCH_CHECK_H

#include "batch/options.h"

/* One line a check on stdout; exit code 0, 75 or 78. */
int check_main(const struct options *o);

#endif
