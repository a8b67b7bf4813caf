/*
 * A guardian's needs, on Linux.
 *
 * A handler may double-fork and setsid out of its process group; it cannot
 * leave the tree below a subreaper.  When its parent dies it becomes our
 * child, and /proc tells who our children are.
 *
 * SPDX-License-Identifier: ISC
 */
#define _GNU_SOURCE
#include "batch/reap.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define ROUND_NS 10000000L /* between two looks at /proc */
#define PATIENCE 1000	   /* rounds until it is worth a line in the log */

enum err_code
reap_adopt(struct err *e)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1)
		return err_set(e, ERR_IO, "cannot become a child subreaper: %s",
		    strerror(errno));
	return ERR_OK;
}

void
reap_follow(pid_t parent, int sig)
{
	if (prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0) == -1 || getppid() != parent)
		_exit(EXIT_FAILURE);
}

/* Parent of a process: the second field behind the name, which stands in
 * parentheses and may itself contain anything.  -1: it is gone. */
static pid_t
parent_of(const char *pid)
{
	char path[64], stat[512], *p;
	ssize_t n;
	int fd, parent;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	stat[n] = '\0';
	p = strrchr(stat, ')');
	if (p == NULL || sscanf(p + 1, " %*c %d", &parent) != 1)
		return -1;
	return parent;
}

typedef bool match_fn(const char *pid, const void *ctx);

static void
kill_where(match_fn *match, const void *ctx)
{
	struct dirent *d;
	DIR *dir = opendir("/proc");

	if (dir == NULL)
		return;
	while ((d = readdir(dir)) != NULL)
		if (isdigit((unsigned char)d->d_name[0]) &&
		    match(d->d_name, ctx))
			kill((pid_t)atol(d->d_name), SIGKILL);
	closedir(dir);
}

static bool
is_child(const char *pid, const void *self)
{
	return parent_of(pid) == *(const pid_t *)self;
}

/* Looks at each "NAME=value" of the environment it was started with. */
static bool
is_marked(const char *pid, const void *mark)
{
	size_t len = strlen(mark), size = 0;
	char path[64], *line = NULL;
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/environ", pid);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	while (!found && getdelim(&line, &size, '\0', f) > 0)
		found = strncmp(line, mark, len) == 0;
	free(line);
	fclose(f);
	return found;
}

void
reap_all(void)
{
	struct timespec pause = { 0, ROUND_NS };
	unsigned long rounds = 0;
	pid_t pid, self = getpid();

	for (;;) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid == -1 && errno == ECHILD)
			return;
		kill_where(is_child, &self);
		if (++rounds == PATIENCE)
			log_event(LEVEL_WARNING,
			    "a killed process does not go away (stuck in the "
			    "kernel, perhaps on a network file system); "
			    "waiting for it");
		nanosleep(&pause, NULL);
	}
}

void
reap_marked(const char *mark)
{
	kill_where(is_marked, mark);
}

void *
reap_share(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}
