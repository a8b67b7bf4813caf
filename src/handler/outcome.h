/*
 * What a job has come to: HTTP is the language of outcomes.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_OUTCOME_H
#define ND_HANDLER_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "handler/answer.h"
#include "handler/slot.h"

struct outcome_facts {
	const struct answer *answer; /* ended */
	bool timed_out;	       /* over its time limit, however it then ended */
	const char *trouble;   /* why exec failed, or what was no FastCGI */
	int exit_code, signal; /* exit_code -1: killed by signal */
	int64_t now_us;	       /* for a Retry-After that is a date */
};

/*
 * Set result, status, reason, by_handler, fields, size, body, exit_code,
 * signal and retry_ms of *out by the table in outcome.c.  text takes what
 * reason and fields lie in; it and the answer must live as long as *out.
 * Where the outcome is nightdrop's own, why gets one line of
 * words.
 */
void outcome_decide(const struct outcome_facts *f, struct buf *text,
    struct buf *why, struct slot_outcome *out);

/* What a status of a handler's own means; any from 200 to 599. */
enum slot_result outcome_meaning(int status);

#endif
