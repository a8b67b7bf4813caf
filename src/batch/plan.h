/*
 * --plan: what a run that opened now would do, in which order and until when,
 * and what it would leave.  Changes nothing and locks nothing.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_PLAN_H
#define ND_BATCH_PLAN_H

#include "batch/options.h"

int plan_main(const struct options *o); /* exit code */

#endif
