/*
 * The deferred response as one message (application/http, RFC 9112 §10.2).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_MESSAGE_H
#define ND_RESPONDER_MESSAGE_H

#include "queue/monitor.h"
#include "responder/job_ref.h"

/* What goes with any answer that is final: AsyncResult, Link, Sunset. */
void message_final_fields(
    struct call *c, const struct job_ref *ref, const struct answer *a);

/*
 * With 200, whatever its status: status line, the header fields as the handler
 * gave them, an empty line, the body.  Of an outcome that is ours there is a
 * status line and nothing else.  Errors of stored_judge and stored_send.
 */
enum err_code message_send(struct call *c, const struct job_ref *ref,
    const struct answer *a, struct err *e);

#endif
