/*
 * Jobs under a name that the client chose: scope queue and owner.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_NAMED_H
#define ND_QUEUE_NAMED_H

#include "queue/monitor.h"

/*
 * May j be put under its name, as things are now?  declared: its size, -1 where
 * it is not known.  Errors of upload_open, with *limit; ERR_PRECONDITION.
 */
enum err_code named_check(struct store *s, const struct submission *j,
    int64_t declared, int64_t deadline_ms, int64_t *limit, struct err *e);

/*
 * One try to put it there, as settle.h has it: the last call of accept_job and
 * of accept_upload, where the job has a name.
 */
enum err_code named_accept(struct store *s, const struct submission *j,
    int64_t deadline_ms, struct receipt *out, struct err *e);

/* What a name stands for.  Only while it waits: its bytes, in stored (free
 * stored.rows), else stored.rows is NULL. */
struct named {
	struct uuid id; /* the newest job of this name */
	bool waits;
	struct stored stored;
};
enum err_code named_read(struct store *s, struct slice queue,
    struct slice owner, struct slice name, int64_t deadline_ms,
    struct named *out, struct err *e);

#endif
