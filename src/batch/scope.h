/*
 * Which queues a run is for: those of --queue, or all.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_SCOPE_H
#define ND_BATCH_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/options.h"
#include "db/conn.h"
#include "queue/turn.h"

struct scope_queue {
	char name[TURN_QUEUE_SIZE];
	bool held;
};

struct scope { /* all zero: none */
	struct scope_queue *queue;
	size_t len;
};

/* Asks the database.  ERR_CONFIG: one of --queue that it does not know, or
 * there are none at all. */
enum err_code scope_read(struct scope *s, struct conn *c,
    const struct options *o, int64_t deadline_ms, struct err *e);
void scope_fini(struct scope *s);

#endif
