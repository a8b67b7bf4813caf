/*
 * Making a handler's process: what only Linux has.
 *
 * SPDX-License-Identifier: ISC
 */
#define _GNU_SOURCE

#include "handler/spawn.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The signal is set first: whoever dies after that takes us along, and whoever
 * died before is no longer our parent. */
bool
spawn_die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return false;
	if (getppid() == parent)
		return true;
	errno = ECHILD;
	return false;
}

/* All of ours are close-on-exec; this is for those of a library, or of whoever
 * started us.  Kernels before 5.9 do not have it. */
void
spawn_close_from(int fd)
{
	(void)close_range((unsigned)fd, ~0U, 0);
}
