/*
 * A submission as it was stored, on its way out.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_JOB_REQUEST_H
#define ND_RESPONDER_JOB_REQUEST_H

#include "queue/monitor.h"
#include "responder/job_ref.h"

/* Send it, or the part of it that is asked for; its tag is the job's id.  Link
 * leads to the monitor.  Errors of stored_judge and stored_send. */
enum err_code job_request_send(struct call *c, const struct job_ref *ref,
    const struct stored *s, enum reply_cache cache, struct err *e);

#endif
