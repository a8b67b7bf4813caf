/*
 * Stored bytes on their way out: what somebody else wrote, so nothing of it
 * may act on a browser.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_STORED_H
#define ND_RESPONDER_STORED_H

#include "http/range.h"
#include "queue/monitor.h"
#include "responder/job_ref.h"

/* How much of them is sent. */
struct stored_view {
	int status;	   /* 200, 206 or 304; or the handler's own */
	struct range part; /* with 206 */
	struct slice lead; /* sent before them; "" */
};

/*
 * What the conditional fields and Range come to, in the order of RFC 9110
 * §13.2.2: If-Match, If-None-Match, and only then Range with If-Range, which
 * only GET has.  tag and last_modified: "" where there is none.  Sets *out to
 * 200, 206 or 304.  ERR_PRECONDITION; ERR_RANGE, with c->limit the size.
 */
enum err_code stored_judge(struct call *c, struct slice tag,
    struct slice last_modified, int64_t size, struct stored_view *out,
    struct err *e);

/* The fields that go with any stored bytes of that size; Accept-Ranges says
 * bytes where the view came from stored_judge. */
void stored_fields(
    struct call *c, const struct stored_view *view, int64_t size);

/* Repr-Digest (RFC 9530): of all the bytes, whatever part is sent.
 * SLICE_NONE: not known, and none. */
void stored_digest_field(struct call *c, struct slice digest);

/* Send header and bytes, part by part.  The deadline is for each part: how
 * long a slow reader takes is its own affair.  ERR_GONE where they are not
 * there; on any error the header may have gone. */
enum err_code stored_send(struct call *c, const struct uuid *id,
    const struct stored *s, const struct stored_view *view, struct err *e);

#endif
