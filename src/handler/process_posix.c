/*
 * A handler's process and our ends of its pipes.
 *
 * The group is killed before its leader is reaped: until then nobody else can
 * have its number.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void
process_init(struct process *p)
{
	p->pid = 0;
	p->ended = -1;
	for (int i = 0; i < SPAWN_FDS; i++)
		p->fd[i] = -1;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
process_close_fd(struct process *p, int which)
{
	close_fd(&p->fd[which]);
}

void
process_close(struct process *p)
{
	for (int i = 0; i < SPAWN_FDS; i++)
		close_fd(&p->fd[i]);
	close_fd(&p->ended);
}

/* The child's ends are moved to 0, 1, ...: none may be among those. */
static bool
move_up(int *fd)
{
	int up;

	if (*fd >= SPAWN_FDS)
		return true;
	up = fcntl(*fd, F_DUPFD_CLOEXEC, SPAWN_FDS);
	close_fd(fd);
	*fd = up;
	return up >= 0;
}

/* Ours is not blocking, theirs is: they are two descriptions. */
static bool
open_pipe(int which, int *ours, int *theirs)
{
	bool writing = which == STDIN_FILENO; /* we do, that is */
	int ends[2];

	if (!process_pipe(ends))
		return false;
	*ours = ends[writing ? 1 : 0];
	*theirs = ends[writing ? 0 : 1];
	return move_up(ours) && move_up(theirs) &&
	       fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

static enum err_code
watch(struct process *p, struct err *e)
{
	if (p->pid == 0 || (p->ended = process_watch(p->pid)) >= 0)
		return ERR_OK;
	err_set(e, ERR_IO, "cannot watch a process: %s", strerror(errno));
	process_signal(p, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	p->pid = 0;
	return ERR_IO;
}

/* Our ends and theirs; the first is 0, or where a listener takes its place. */
static bool
open_pipes(struct process *p, struct spawn *s, int first)
{
	for (int i = 0; i < SPAWN_FDS; i++)
		s->fd[i] = -1;
	for (int i = first; i < SPAWN_FDS; i++)
		if (!open_pipe(i, &p->fd[i], &s->fd[i]))
			return false;
	return true;
}

enum err_code
process_start(struct process *p, const struct slot_job *j, int listener,
    const char **why, struct err *e)
{
	struct spawn s = { .program = j->program,
		.directory = j->directory,
		.env = j->env,
		.cpu_limit_s = j->cpu_limit_s,
		.memory_limit = j->memory_limit,
		.max_files = j->max_files,
		.user = j->user };
	int first = listener == PROCESS_PIPES ? 0 : STDERR_FILENO;
	enum err_code code = ERR_OK;

	if (!open_pipes(p, &s, first))
		code = err_set(
		    e, ERR_IO, "cannot make a pipe: %s", strerror(errno));
	if (first > 0) {
		s.fd[STDIN_FILENO] = listener;
		s.fd[STDOUT_FILENO] = s.fd[STDERR_FILENO];
	}
	if (code == ERR_OK)
		code = spawn_process(&s, &p->pid, why, e);
	for (int i = first; i < SPAWN_FDS; i++)
		close_fd(&s.fd[i]);
	if (code == ERR_OK)
		code = watch(p, e);
	if (code != ERR_OK || p->pid == 0)
		process_close(p);
	return code;
}

int64_t
process_cpu_ms(const struct process *p)
{
	struct timespec t;
	clockid_t clock;

	if (p->pid <= 0 || clock_getcpuclockid(p->pid, &clock) != 0 ||
	    clock_gettime(clock, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
process_signal(const struct process *p, int sig)
{
	if (p->pid <= 0)
		return;
	(void)kill(-p->pid, sig);
	/* It may have left its group for that of one of its children. */
	if (sig == SIGKILL)
		(void)kill(p->pid, sig);
}

bool
process_reap(struct process *p, int *exit_code, int *signal)
{
	int status;

	(void)kill(-p->pid, SIGKILL);
	if (waitpid(p->pid, &status, WNOHANG) != p->pid)
		return false;
	*exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	*signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	p->pid = 0;
	return true;
}
