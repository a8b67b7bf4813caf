/*
 * --adopt: a copy of a database becomes one of its own.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_ADOPT_H
#define ND_BATCH_ADOPT_H

#include "batch/options.h"

/* Says what was there and what to do next; returns the exit code. */
int adopt_main(const struct options *o);

#endif
