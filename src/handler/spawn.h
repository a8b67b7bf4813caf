/*
 * Making a handler's process: own group, limits, nothing of ours inherited
 * but the descriptors it is given, dead when we are.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_SPAWN_H
#define ND_HANDLER_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "handler/user.h"

#define SPAWN_FILES 1024 /* descriptors: what select(2) takes */
#define SPAWN_FDS 4	 /* stdin, stdout, stderr, progress */

struct spawn {
	const char *program; /* absolute; the only argument, too */
	const char *directory;
	char *const *env;
	int fd[SPAWN_FDS];	 /* all >= SPAWN_FDS; become 0, 1, ... */
	int64_t cpu_limit_s;	 /* 0: none */
	int64_t memory_limit;	 /* bytes of address space; 0: none */
	int64_t max_files;	 /* descriptors; 0: SPAWN_FILES */
	const struct user *user; /* NULL: as we are */
};

/*
 * *pid leads a group of its own.  Where the program itself cannot be run
 * *pid is 0 and *why says why (in static memory); that is the handler's fault.
 * ERR_IO: no process for want of some resource.
 *
 * The first call looks which signals this process handles or ignores, so that
 * not every child need reset them all: that must not change afterwards.
 */
enum err_code spawn_process(
    const struct spawn *s, pid_t *pid, const char **why, struct err *e);

/* spawn_linux.c: what POSIX has no word for.  Called between vfork and exec:
 * a system call or two each, nothing else. */
bool spawn_become(const struct user *u);
bool spawn_die_with(pid_t parent); /* after that: it clears this; false: the
				      parent is dead already */
void spawn_close_from(int fd);

#endif
