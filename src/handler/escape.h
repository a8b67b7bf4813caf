/*
 * Processes that escaped: what a handler left behind outside its group
 * (setsid, a daemon).
 *
 * This process is the reaper of its descendants (child subreaper), so whoever
 * loses his parent becomes our child.  Our children are listed at each job's
 * end, by one system call; those that are no handler's are looked at closer.
 * The process that uses this has no other children than handlers.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_ESCAPE_H
#define ND_HANDLER_ESCAPE_H

#include <stdbool.h>
#include <sys/types.h>

struct escape;

/* Makes this process the reaper.  Aborts without memory.  For the calling
 * thread's children. */
struct escape *escape_new(void);
void escape_free(struct escape *x);

/* A handler's process has been made; it has been reaped. */
void escape_add(struct escape *x, pid_t pid);
void escape_remove(struct escape *x, pid_t pid);

/*
 * At the end of job id, whose handler led the group and had tmp as TMPDIR:
 * kill what has lost its parent and is the job's, or is in that group and no
 * handler itself; reap what is dead.  Whose environment names neither is killed
 * when no handler is left that it could belong to.  True: something is still
 * dying, call again.
 */
bool escape_kill(
    struct escape *x, const char *id, const char *tmp, pid_t group);

#endif
