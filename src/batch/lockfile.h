/*
 * The file that a batch holds locked as long as it lives, and what stands
 * beside it in run_dir: the TMPDIRs of its handlers, and the sockets of those
 * that are FastCGI applications.
 *
 * Empty, it is nobody's proof.  A worker marks it with the id of the instance
 * whose database it is about to ask for a place, and clears it when it has
 * none there any more; so who finds a free one sees whether somebody may need
 * it, and who can say so (leftover.c).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_LOCKFILE_H
#define ND_BATCH_LOCKFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/err.h"
#include "base/slice.h"

#define LOCK_INSTANCE_SIZE 37 /* a UUID in text, and its end */

struct lock_mark {
	char instance[LOCK_INSTANCE_SIZE]; /* "": it is clear */
	int64_t since_us;		   /* by the wall clock */
};

/* A new file, locked until *fd is closed.  *path is to be freed. */
enum err_code lockfile_new(
    const struct config *c, char **path, int *fd, struct err *e);

/* A descriptor that holds the lock, where the file is here and was free: that
 * batch is dead.  -1: it lives, or the file is not here to tell, or it is none
 * of ours. */
int lockfile_try(const char *path);

/* Is it named as lockfile_new names one? */
bool lockfile_is_named(const char *path);

/* By whom holds it locked.  ERR_IO: it could not be written, and is clear.
 * ERR_SHAPE: that is no instance's id. */
enum err_code lockfile_mark(int fd, struct slice instance, struct err *e);
void lockfile_clear(int fd);
bool lockfile_is_clear(int fd);

/* Without the lock.  False: it is none of ours, or gone. */
bool lockfile_look(const char *path, struct lock_mark *out);

/* Where its batch is dead, and its mark is still that one: kill what its
 * handlers left running, and remove it with their TMPDIRs. */
void lockfile_remove(const char *path, const struct lock_mark *mark);

/* Path of the TMPDIR of slot i; to be freed. */
char *lockfile_tmp(const char *path, int i);

/* Remove the TMPDIRs and sockets that a worker left when it was killed. */
void lockfile_sweep(const char *path);

/* Of a batch that is dead: kill what its handlers left running. */
void lockfile_kill(const char *path);

#endif
