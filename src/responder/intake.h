/*
 * A body on its way into the database.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_INTAKE_H
#define ND_RESPONDER_INTAKE_H

#include "queue/accept.h"
#include "responder/call.h"
#include "responder/job_ref.h"

/* A digest that the sender has given for the body. */
struct intake_claim {
	bool given;
	uint8_t digest[DIGEST_LEN];
};

#define INTAKE_CLAIMS 2 /* Content-Digest, Repr-Digest */

/* The whole body has been read, and j->digest is its digest: is it what its
 * sender said?  Sets j->size.  ERR_LENGTH, ERR_DIGEST. */
enum err_code intake_check(const struct call *c, struct submission *j,
    const struct intake_claim claim[static INTAKE_CLAIMS], struct err *e);

/* The 12 bits of an id by which it can be placed: of one key
 * they are the same. */
unsigned intake_placement(const struct submission *j);

/*
 * Read the body, and have it accepted: in the job's row up to inline_limit,
 * above it in parts, so that a job of any size takes one buffer of PART_SIZE.
 * id, size, digest and body of *job are set here; the rest is the caller's.
 * *ref is what the job is called, if it was not there before.
 *
 * Nothing is accepted unless the body has ended as the transport ends a body,
 * has the length announced and the digests claimed: ERR_CLIENT_GONE,
 * ERR_LENGTH, ERR_DIGEST.  Else the errors of accept.h; c->limit then says
 * what was exceeded.
 */
enum err_code intake_accept(struct call *c, struct submission *job,
    const struct intake_claim claim[static INTAKE_CLAIMS], struct job_ref *ref,
    struct receipt *out, struct err *e);

#endif
