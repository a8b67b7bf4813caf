/*
 * The bytes between a handler's process and us: the body into its stdin, the
 * answer, log and progress out of its other pipes.  Nothing here blocks.
 *
 * With a FastCGI application the first two are one connection, and what goes
 * over it are records; the rest is the same.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_TRAFFIC_H
#define ND_HANDLER_TRAFFIC_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "handler/answer.h"
#include "handler/excerpt.h"
#include "handler/process.h"
#include "handler/progress.h"
#include "http/fastcgi.h"

struct traffic {
	struct process process;

	struct buf input; /* fed, not written yet */
	size_t written;	  /* of input */
	int64_t unfed;	  /* bytes of the body still to come */

	bool framed;		      /* in records: */
	struct fastcgi_reader reader; /* of the answer */
	bool fed;	/* input has some of the body, or its end */
	bool whole;	/* input has all that there was, from the first byte */
	bool cut_short; /* it closed without reading all that was written */

	struct answer answer;
	struct excerpt log;
	struct progress progress;
	int64_t drained; /* of the answer, since the process ended */
};

void traffic_init(struct traffic *t);
void traffic_fini(struct traffic *t);
void traffic_reset(struct traffic *t, int64_t size, int64_t max_output);

bool traffic_wants_input(const struct traffic *t);
void traffic_feed(struct traffic *t, struct slice data); /* empty: the end */
void traffic_end_input(struct traffic *t);

/*
 * FastCGI.  The request of these variables goes first, of a job that
 * traffic_reset was told of.
 */
void traffic_frame(struct traffic *t, char *const *variables);
/* From the start, on a new connection; where whole is true. */
void traffic_again(struct traffic *t);
/* The request has ended: read what is there of log and progress.  True: the
 * connection is clean, nothing of this request is left in it. */
bool traffic_settle(struct traffic *t);
/* What was said between two jobs: progress of neither, log of the next. */
void traffic_catch_up(struct traffic *t);

/* Only for traffic*.c: what has come of the answer; and what there is of log
 * and progress, however fast more is written. */
void traffic_take_records(struct traffic *t, struct slice in);
void traffic_read_log(struct traffic *t);

/* The pipes to poll, at most SPAWN_FDS; returns how many. */
int traffic_poll(const struct traffic *t, struct pollfd *fds);
void traffic_step(struct traffic *t, const struct pollfd *fd);

/* The process is gone: read what it left in the pipes, close them.  False: a
 * part of the answer must be taken first. */
bool traffic_drain(struct traffic *t);

#endif
