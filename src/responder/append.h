/*
 * The body of one request on its way into an upload that can be resumed.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_APPEND_H
#define ND_RESPONDER_APPEND_H

#include "http/tus.h"
#include "queue/resume.h"
#include "responder/call.h"

struct append {
	struct call *call;
	struct uuid id, writer;	      /* taken by this writer */
	struct tus_checksum checksum; /* of this body */
	bool by_digest;		      /* it was in Content-Digest */
	int64_t offset, length; /* where it goes on, and ends; offset moves */
	int parts;		/* the number of the next; moves */
	int64_t expires;	/* us; as far as known, moves */
	bool done;		/* it has become a job */
};

/* What the request says of its body: Upload-Checksum, else Content-Digest.
 * ERR_SYNTAX. */
enum err_code append_read_checksum(
    const struct request_variables *var, struct append *a, struct err *e);

/*
 * Read the body and add it; where the last byte is in, the upload becomes a
 * job.  ERR_OK is returned after the COMMIT that made this durable.
 *
 * A body that breaks off (ERR_CLIENT_GONE, ERR_LENGTH) is kept as far as it
 * came, for that is what resuming is for, but not where it has a checksum: of
 * such a body all bytes are kept or none.  ERR_CHECKSUM, ERR_DIGEST;
 * ERR_TOO_LARGE: longer than the upload; ERR_OFFSET: another request has taken
 * the upload.  Where it was to become a job the errors of accept.h; c->limit
 * says what was exceeded.
 */
enum err_code append_body(struct append *a, struct err *e);

#endif
