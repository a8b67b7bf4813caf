/*
 * One request on its way through a resource.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_CALL_H
#define ND_RESPONDER_CALL_H

#include "base/buf.h"
#include "base/err.h"
#include "http/accept.h"
#include "http/prefer.h"
#include "http/request.h"
#include "queue/token.h"
#include "responder/exchange.h"
#include "responder/reply.h"

struct call {
	struct exchange *x;
	struct request request;
	struct prefer prefer;
	enum media media; /* what the client would rather have */
	struct buf base;  /* what every link begins with: base_url and prefix */
	struct reply reply;
	bool by_token; /* the owner is a bearer token's */
	char token_owner[TOKEN_OWNER_MAX + 1]; /* then their name */
	struct slice next; /* URL of a list's next page; ptr NULL or "": none */
	const char *pattern; /* of the resource, for the log */
	const char *allow;   /* methods the resource has, for 405 and OPTIONS */
	int retry_s;	     /* what Retry-After says; 0: it is not there */
	int64_t limit; /* what was exceeded, for the problem; 0: nothing */
	int64_t line;  /* of the body, that it speaks of; 0: of none */
};

/*
 * A resource does what is asked and sends the reply, or returns an error and
 * has sent nothing; an error after the header has gone is returned as well
 * (the answer is then cut off).  Whoever called it logs and answers.
 */
typedef enum err_code resource_fn(struct call *c, struct err *e);

#endif
