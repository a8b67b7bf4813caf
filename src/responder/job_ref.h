/*
 * How a job or a bundle is called in a URL: /jobs/{id}, and where nobody owns
 * it /jobs/{id}~{key}.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_JOB_REF_H
#define ND_RESPONDER_JOB_REF_H

#include "queue/monitor.h"
#include "queue/store.h"
#include "responder/call.h"

struct job_ref {
	struct uuid id;
	char path[sizeof("/bundles/") + UUID_TEXT_LEN + 1 + CAPABILITY_LEN];
};

/* The name of a job that was accepted from owner ("": nobody, and the key is
 * made).  Errors of store_capability. */
enum err_code job_ref_make(struct call *c, const struct uuid *id,
    struct slice owner, struct job_ref *out, struct err *e);

/*
 * The job that the path's second segment names, and what the caller may claim
 * to be.  A key that does not fit is as none: the job may still be the
 * caller's.  ERR_NOT_FOUND where it is no name; errors of the store.
 */
enum err_code job_ref_read(
    struct call *c, struct reader *who, struct job_ref *out, struct err *e);

/* The same for a bundle. */
enum err_code job_ref_make_bundle(struct call *c, const struct uuid *id,
    struct slice owner, struct job_ref *out, struct err *e);
enum err_code job_ref_read_bundle(
    struct call *c, struct reader *who, struct job_ref *out, struct err *e);

/* <base path suffix> into the reply's field of this name. */
void job_ref_field(struct call *c, const char *name, const struct job_ref *ref,
    const char *suffix);

/* Link: <the monitor>; rel="monitor" (RFC 5989). */
void job_ref_link(struct call *c, const struct job_ref *ref);

#endif
