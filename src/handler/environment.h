/*
 * The environment of a handler, built from nothing: RFC 3875 §4.1, and what
 * nightdrop adds.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_ENVIRONMENT_H
#define ND_HANDLER_ENVIRONMENT_H

#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/slice.h"
#include "base/uuid.h"

#define ENVIRONMENT_LIMIT 262144 /* bytes of all variables; execve has more */
#define ENVIRONMENT_PATH "/usr/local/bin:/usr/bin:/bin"

struct environment_facts {
	struct slice request; /* JSON object: CGI variables as submitted */
	struct slice request_fields; /* JSON array: what else the queue wants,
				      * X-Shop or HTTP_X_SHOP; may be absent */
	struct slice type;	     /* Content-Type; SLICE_NONE: none */
	int64_t size;		     /* bytes of body */
	const char *program;	     /* absolute path */
	const char *tmp;	     /* private directory */
	struct uuid id;
	int attempt, max_attempts;
	int64_t run;
	const char *business_date;	  /* 2026-11-25; NULL: not known */
	int64_t accepted_us, deadline_us; /* TIME_NONE: not known */
	struct slice digest; /* SHA-256 of the body; SLICE_NONE: not known */
	struct slice state;  /* of a job that is continued; SLICE_NONE */
};

/*
 * *env: ended by NULL, to be freed with one free().  ERR_SYNTAX: request or
 * request_fields is not such JSON, or a value holds a NUL.
 * ERR_FIELDS_TOO_LARGE: more than ENVIRONMENT_LIMIT, or one variable longer
 * than the system takes.
 */
enum err_code environment_new(
    const struct environment_facts *f, char ***env, struct err *e);

#endif
