/*
 * The private directory of a slot's handlers (TMPDIR): there and empty when a
 * job starts, empty again when it has ended.
 *
 * Making and removing one costs as much as a twentieth of starting a program,
 * so a directory that a job left as it was is kept for the next one, and is
 * not even read where its time of change says that.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_TMPDIR_H
#define ND_HANDLER_TMPDIR_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "base/err.h"
#include "handler/user.h"

struct tmpdir {
	char *path; /* NULL: none */
	DIR *dir;
	dev_t dev; /* which directory it was when we made it */
	ino_t ino;
	uid_t uid; /* whose it is */
	struct timespec
	    unchanged;	  /* since then, and empty then; 0: who knows */
	unsigned renamed; /* next number of a directory moved up */
};

/* path, mode 0700, empty, owner's (NULL: ours); what else is at path is
 * removed.  ERR_IO: it cannot be made. */
enum err_code tmpdir_open(struct tmpdir *t, const char *path,
    const struct user *owner, struct err *e);

/* Take away what is in it, a bounded number of things a call: a job may leave
 * a million.  True when there is nothing left to do. */
bool tmpdir_clean(struct tmpdir *t);

/* Remove it with all that is in it. */
void tmpdir_close(struct tmpdir *t);

/* Remove whatever is at path: what a worker left that was killed. */
void tmpdir_remove(const char *path);

#endif
