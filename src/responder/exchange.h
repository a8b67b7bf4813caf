/*
 * One request and its answer, as the transports (serve.c: FastCGI, cgi.c:
 * plain CGI) hand it to the resources.  Nothing else of the responder knows
 * how bytes come and go.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_EXCHANGE_H
#define ND_RESPONDER_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/slice.h"
#include "queue/store.h"

struct exchange;

struct transport {
	/*
	 * Up to len bytes of the body: the number read, 0 at its end, -1 where
	 * the sender has gone or broken the protocol (then nothing may be
	 * accepted).
	 */
	long (*read)(struct exchange *x, void *p, size_t len);
	/* Answer bytes; false: nobody is listening any more. */
	bool (*write)(struct exchange *x, const void *p, size_t len);
};

struct exchange {
	const struct transport *transport;
	char **env; /* "NAME=value", NULL at the end */
	void *io;   /* the transport's own */
	const struct config *config;
	const char *queue, *script_path; /* --queue, --script-name; NULL: not
					    given */
	struct store *store;
	const struct err *broken; /* set: the process could not start as it is
				     configured; every answer is 503 */
	int64_t deadline_ms; /* clock_mono_ms() by which it must be answered */
	uint64_t received;   /* body bytes, counted by exchange_read */
	bool cut; /* set where the answer could not be finished after its
		     header had gone: the transport must not end it as if it
		     were whole */
};

/* The transport's read, counted. */
long exchange_read(struct exchange *x, void *p, size_t len);

/* The deadline anew: behind what takes the peer's time and not ours (a body
 * coming in, an answer going out). */
void exchange_renew(struct exchange *x);

/* Route the request, do it, answer it.  Answers exactly once, always. */
void exchange_handle(struct exchange *x);

#endif
