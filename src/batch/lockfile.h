/*
 * The file that a batch holds locked as long as it lives, and what stands
 * beside it in run_dir: the TMPDIRs of its handlers.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_LOCKFILE_H
#define ND_BATCH_LOCKFILE_H

#include "base/config.h"
#include "base/err.h"

/* A new file, locked until *fd is closed.  *path is to be freed. */
enum err_code lockfile_new(
    const struct config *c, char **path, int *fd, struct err *e);

/* A descriptor that holds the lock, where the file is here and was free: that
 * batch is dead.  -1: it lives, or the file is not here to tell, or it is none
 * of ours. */
int lockfile_try(const char *path);

/* Path of the TMPDIR of slot i; to be freed. */
char *lockfile_tmp(const char *path, int i);

/* Remove the TMPDIRs that a worker left when it was killed. */
void lockfile_sweep(const char *path);

/* Of a batch that is dead: kill what its handlers left running. */
void lockfile_kill(const char *path);

#endif
