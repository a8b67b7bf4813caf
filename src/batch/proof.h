/*
 * Proof that other workers are dead: their batch's lock is free.  What their
 * handlers left running is killed before the proof is used.
 *
 * The locks are held, and the files kept, until what follows from the proof is
 * in the database; so a call that must be repeated has the same proof, and
 * two batches cannot both have it.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_PROOF_H
#define ND_BATCH_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/rows.h"
#include "queue/run.h"

struct proof { /* all zero: none */
	int64_t *workers;
	size_t len;
	struct proof_file *files; /* a file may prove several */
};

/* Without a file: what the guardian itself has seen. */
void proof_add(struct proof *p, int64_t worker);

/* Try the locks of the workers that are in the way (run_open's answer): those
 * of this host, and those under our own lock, whose other workers are dead.
 * True: there is something new. */
bool proof_gather(struct proof *p, const struct rows *rows, const char *host,
    const char *lock);

/* Let go; used: it is in the database, the files have served. */
void proof_fini(struct proof *p, bool used);

#endif
