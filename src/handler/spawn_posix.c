/*
 * Making a handler's process.
 *
 * vfork, because fork copies the page tables: from a process of half a
 * gigabyte it makes 60 children a second, vfork thousands.  posix_spawn can
 * set neither limits nor a parent-death signal.
 *
 * The price: until execve the child runs in our memory, on our stack.  So all
 * signals are blocked before, none of our handlers is left when the child
 * unblocks them, and the child makes system calls and nothing else, in a
 * function of its own that does not return.  That memory is shared also tells
 * us why execve failed, without a pipe.
 *
 * SPDX-License-Identifier: ISC
 */
#define _DEFAULT_SOURCE /* vfork: POSIX.1-2001, left out since */

#include "handler/spawn.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGNALS 31    /* the standard ones; we use no others */
#define CPU_GRACE_S 5 /* between SIGXCPU and SIGKILL */

struct child {
	const struct spawn *spawn;
	pid_t parent;
	const sigset_t *unusual;
	volatile int error; /* errno of what failed; 0: running */
};

/* False only where the limit is not in force afterwards: raising a hard limit
 * is refused (EPERM), but then what we have is stricter. */
static bool
limit(int resource, int64_t soft, int64_t hard)
{
	struct rlimit r = { (rlim_t)soft, (rlim_t)hard };

	return setrlimit(resource, &r) == 0 || errno == EPERM;
}

static bool
set_limits(const struct spawn *s)
{
	int64_t files = s->max_files > 0 ? s->max_files : SPAWN_FILES;

	return limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_NOFILE, files, files) &&
	       (s->cpu_limit_s == 0 || limit(RLIMIT_CPU, s->cpu_limit_s,
					   s->cpu_limit_s + CPU_GRACE_S)) &&
	       (s->memory_limit == 0 ||
		   limit(RLIMIT_AS, s->memory_limit, s->memory_limit));
}

/* The signals that are not at their default with us: handled by us, ignored by
 * us or by whoever started us. */
static const sigset_t *
unusual_signals(void)
{
	static sigset_t set;
	static bool known;
	struct sigaction sa;

	if (known)
		return &set;
	sigemptyset(&set);
	for (int sig = 1; sig <= SIGNALS; sig++)
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler != SIG_DFL)
			sigaddset(&set, sig);
	known = true;
	return &set;
}

/* Handlers to default, ignored ones too (SIGPIPE is, with us); then the mask,
 * which a program inherits. */
static bool
reset_signals(const sigset_t *unusual)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig <= SIGNALS; sig++)
		if (sigismember(unusual, sig) == 1)
			(void)sigaction(sig, &dfl, NULL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

static bool
set_descriptors(const struct spawn *s)
{
	for (int i = 0; i < SPAWN_FDS; i++)
		if (dup2(s->fd[i], i) < 0)
			return false;
	spawn_close_from(SPAWN_FDS);
	return true;
}

__attribute__((noreturn, noinline)) static void
run_child(struct child *c)
{
	const struct spawn *s = c->spawn;
	char *argv[2] = { NULL, NULL };

	memcpy(&argv[0], &s->program, sizeof(argv[0])); /* drops a const */
	if (setpgid(0, 0) == 0 &&
	    (s->user == NULL || !s->user->other || spawn_become(s->user)) &&
	    spawn_die_with(c->parent) && set_descriptors(s) &&
	    chdir(s->directory) == 0 && set_limits(s) &&
	    reset_signals(c->unusual))
		execve(s->program, argv, s->env);
	c->error = errno;
	_exit(127);
}

static pid_t
make_child(struct child *c)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (pid == 0)
		run_child(c);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* Want of a resource: not the program's fault, and perhaps over soon. */
static bool
is_want(int error)
{
	return error == EAGAIN || error == ENOMEM || error == EMFILE ||
	       error == ENFILE;
}

enum err_code
spawn_process(
    const struct spawn *s, pid_t *pid, const char **why, struct err *e)
{
	struct child c = { s, getpid(), unusual_signals(), 0 };
	pid_t made = make_child(&c);

	if (made < 0)
		return err_set(
		    e, ERR_IO, "cannot make a process: %s", strerror(errno));
	if (c.error == 0) {
		*pid = made;
		return ERR_OK;
	}
	while (waitpid(made, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (is_want(c.error))
		return err_set(e, ERR_IO, "cannot run %s: %s", s->program,
		    strerror(c.error));
	*pid = 0;
	*why = strerror(c.error);
	return ERR_OK;
}
