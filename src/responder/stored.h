/*
 * Stored bytes on their way out: what somebody else wrote, so nothing of it
 * may act on a browser.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_STORED_H
#define ND_RESPONDER_STORED_H

#include "queue/monitor.h"
#include "responder/call.h"

/* The fields that go with any stored bytes. */
void stored_fields(struct call *c);

/* Send header and bytes, part by part.  The deadline is for each part: how
 * long a slow reader takes is its own affair.  On an error the header has
 * gone. */
enum err_code stored_send(struct call *c, const struct uuid *id,
    const struct stored *s, struct err *e);

#endif
