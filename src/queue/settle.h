/*
 * From calls to an answer: what is tried again, how often, until when.  For
 * the files of this folder.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_SETTLE_H
#define ND_QUEUE_SETTLE_H

#include "queue/accept.h"

/* One try of an accepting call, which is idempotent by an id. */
typedef enum err_code settle_fn(
    struct store *s, void *arg, int64_t deadline_ms, struct err *e);

enum err_code settle_call(settle_fn *try_once, struct store *s, void *arg,
    int64_t deadline_ms, struct err *e);

/* The same for a job. */
typedef enum err_code settle_try_fn(struct store *s, const struct submission *j,
    int64_t deadline_ms, struct receipt *out, struct err *e);

enum err_code settle(settle_try_fn *try_once, struct store *s,
    const struct submission *j, int64_t deadline_ms, struct receipt *out,
    struct err *e);

#endif
