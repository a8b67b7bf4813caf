/*
 * A bundle on its way into the database.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_BUNDLE_INTAKE_H
#define ND_RESPONDER_BUNDLE_INTAKE_H

#include "queue/bundle.h"
#include "responder/submit.h"

/*
 * Read the body, line by line, and have it accepted, all or nothing, in one
 * buffer whatever its length.  *ref is what the bundle is called.
 *
 * ERR_LINE, ERR_TOO_LARGE: a line, which c->line numbers.  Else the errors of
 * intake.h and bundle.h.  In any case but ERR_OK nothing is kept.
 */
enum err_code bundle_intake(struct call *c, struct submit *s,
    struct job_ref *ref, struct bundle_state *out, struct err *e);

#endif
