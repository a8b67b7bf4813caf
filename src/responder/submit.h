/*
 * What a request says of the job that it brings: the same for each way in.
 * The body is intake.h's.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_SUBMIT_H
#define ND_RESPONDER_SUBMIT_H

#include "http/fields.h"
#include "responder/intake.h"

struct submit {
	struct submission job;
	struct intake_claim claim[INTAKE_CLAIMS];
	struct buf variables; /* job.request is in it */
	struct field_key key; /* job.key is in it */
};

void submit_init(struct submit *s);
void submit_fini(struct submit *s);

/*
 * Queue, owner, media type, digests and variables: all that can be refused
 * without the database and without the body.  ERR_NOT_FOUND (no name of a
 * queue), ERR_SYNTAX.
 */
enum err_code submit_read(struct call *c, struct submit *s, struct err *e);

/* The Idempotency-Key, where there is one.  ERR_SYNTAX. */
enum err_code submit_read_key(struct call *c, struct submit *s, struct err *e);

#endif
