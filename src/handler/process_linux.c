/*
 * Watching a process end: a pidfd (Linux 5.3) can be polled together with the
 * pipes, and says nothing of other children, as SIGCHLD does.
 *
 * SPDX-License-Identifier: ISC
 */
#define _GNU_SOURCE

#include "handler/process.h"

#include <fcntl.h>
#include <sys/pidfd.h>
#include <unistd.h>

int
process_watch(pid_t pid)
{
	return pidfd_open(pid, 0); /* close-on-exec */
}

bool
process_pipe(int ends[static 2])
{
	return pipe2(ends, O_CLOEXEC) == 0;
}
