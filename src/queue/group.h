/*
 * Many submissions in one call, and its answers.  For commit.c.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_GROUP_H
#define ND_QUEUE_GROUP_H

#include "db/params.h"
#include "db/rows.h"
#include "queue/accept.h"

/* The parameters of STMT_JOB_ACCEPT_MANY; all bytes are copied. */
void group_params(
    struct params *p, const struct submission *const *jobs, int n);

/* The receipt of this id, matched by id; hint is the row where it may be. */
enum err_code group_receipt(const struct rows *r, const struct uuid *id,
    int hint, struct receipt *out, struct err *e);

#endif
