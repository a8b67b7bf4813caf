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
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The system calls themselves: libc's functions change all threads of a
 * process, and its notes about them are our parent's too.  Groups first, while
 * we may.  From the last one on that user may send us signals, of which only
 * STOP and KILL come through for the moment until exec; the worst of it is a
 * worker that hangs until its guardian ends it.
 */
bool
spawn_become(const struct user *u)
{
	return syscall(SYS_setgroups, u->groups, u->group) == 0 &&
	       syscall(SYS_setresgid, u->gid, u->gid, u->gid) == 0 &&
	       syscall(SYS_setresuid, u->uid, u->uid, u->uid) == 0;
}

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
