/*
 * Grouped commits: the one place where the responder's threads meet.
 *
 * Whoever comes while no commit is in flight sends at once, alone.  Whoever
 * comes while one is in flight waits; what has gathered when it is answered
 * goes next, as one transaction, sent by one of those who wait.  Nobody waits
 * for a timer.  A row that fails, fails alone.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_COMMIT_H
#define ND_QUEUE_COMMIT_H

#include "db/conn.h"
#include "queue/accept.h"

struct commit;

struct commit *commit_new(const struct conn_options *o);
void commit_free(struct commit *c);

/* Contract of accept_job.  Thread-safe. */
enum err_code commit_job(struct commit *c, const struct submission *j,
    int64_t deadline_ms, struct receipt *out, struct err *e);

#endif
