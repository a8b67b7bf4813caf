/*
 * A handler's process and our ends of its pipes.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_PROCESS_H
#define ND_HANDLER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "handler/slot.h"
#include "handler/spawn.h"

struct process {
	pid_t pid;	   /* 0: none, or reaped */
	int ended;	   /* descriptor that is readable when it has ended */
	int fd[SPAWN_FDS]; /* not blocking; -1: closed */
};

void process_init(struct process *p);

/* Start it.  Where the program cannot be run pid is 0 and *why says why.
 * ERR_IO: no process for want of some resource. */
enum err_code process_start(struct process *p, const struct slot_job *j,
    const char **why, struct err *e);

/* To its whole group; SIGKILL comes to the process wherever it is. */
void process_signal(const struct process *p, int sig);

/* It has ended (p->ended is readable): kill what is left of its group, reap
 * it.  *exit_code is -1 where a signal killed it. */
bool process_reap(struct process *p, int *exit_code, int *signal);

void process_close_fd(struct process *p, int which);
void process_close(struct process *p);

/* process_linux.c: a descriptor that is readable when the child has ended;
 * -1: errno.  A pipe whose ends are close-on-exec. */
int process_watch(pid_t pid);
bool process_pipe(int ends[static 2]);

#endif
