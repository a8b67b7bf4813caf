/*
 * A handler's process and our ends of its pipes.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_PROCESS_H
#define ND_HANDLER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "handler/slot.h"
#include "handler/spawn.h"

struct process {
	pid_t pid;	   /* 0: none, or reaped */
	int ended;	   /* descriptor that is readable when it has ended */
	int fd[SPAWN_FDS]; /* not blocking; -1: closed */
};

#define PROCESS_PIPES (-1) /* no listener: a pipe on each descriptor */

void process_init(struct process *p);

/*
 * Start it.  A listener becomes its descriptor 0, and stays ours to close; what
 * it prints then goes where its stderr goes, and fd[0] and fd[1] are left
 * closed.  Where the program cannot be run pid is 0 and *why says why.  ERR_IO:
 * no process for want of some resource.
 */
enum err_code process_start(struct process *p, const struct slot_job *j,
    int listener, const char **why, struct err *e);

/* To its whole group; SIGKILL comes to the process wherever it is. */
void process_signal(const struct process *p, int sig);

/* It has ended (p->ended is readable): kill what is left of its group, reap
 * it.  *exit_code is -1 where a signal killed it. */
bool process_reap(struct process *p, int *exit_code, int *signal);

/* CPU time that it has used (not its children); 0 where it has ended. */
int64_t process_cpu_ms(const struct process *p);

void process_close_fd(struct process *p, int which);
void process_close(struct process *p);

/* process_linux.c: a descriptor that is readable when the child has ended;
 * -1: errno.  A pipe whose ends are close-on-exec. */
int process_watch(pid_t pid);
bool process_pipe(int ends[static 2]);

/* process_linux.c: a socket in the file system that listens, for this user
 * alone, and a connection to it, not blocking; both close-on-exec; -1: errno.
 * The path may be longer than a socket's name can be, its last part not. */
int process_listen(const char *path);
int process_connect(const char *path);
/* Is there something written to this connection that was not read? */
bool process_unread(int fd);

#endif
