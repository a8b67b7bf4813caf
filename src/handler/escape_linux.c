/*
 * Processes that escaped.
 *
 * /proc/thread-self/children stays open: reading it again from its start gives
 * the list as it is now.  Where the kernel was built without it nothing is
 * found here; the guardian kills what is left when the worker ends.
 *
 * A process is known by its environment: NIGHTDROP_JOB_ID and TMPDIR are
 * inherited by all that a handler starts, unless they are taken away on
 * purpose.  TMPDIR is the slot's own, and a slot has one job at a time: what is
 * without parent at that job's end is the job's, or an earlier one's.
 *
 * SPDX-License-Identifier: ISC
 */
#define _GNU_SOURCE

#include "handler/escape.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

#define TEXT_LIMIT 1048576 /* bytes looked at, of a file in /proc */
#define LIST_READ 4096	   /* a page: what the kernel writes it into */

struct escape {
	int list;    /* /proc/thread-self/children; -1: the kernel has none */
	pid_t *live; /* running handlers */
	size_t count, size;
	struct buf text;    /* of the list */
	struct buf environ; /* of one process */
};

enum owner { OWNER_JOB, OWNER_OTHER, OWNER_DYING };

struct escape *
escape_new(void)
{
	struct escape *x = calloc(1, sizeof(*x));

	if (x == NULL)
		abort();
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1); /* cannot fail */
	x->list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	buf_init(&x->text, TEXT_LIMIT);
	buf_init(&x->environ, TEXT_LIMIT);
	return x;
}

void
escape_free(struct escape *x)
{
	if (x == NULL)
		return;
	if (x->list >= 0)
		close(x->list);
	buf_fini(&x->text);
	buf_fini(&x->environ);
	free(x->live);
	free(x);
}

void
escape_add(struct escape *x, pid_t pid)
{
	if (x->count == x->size) {
		size_t size = x->size == 0 ? 16 : 2 * x->size;
		pid_t *p = realloc(x->live, size * sizeof(*p));

		if (p == NULL)
			abort();
		x->live = p;
		x->size = size;
	}
	x->live[x->count++] = pid;
}

static bool
is_live(const struct escape *x, pid_t pid)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->live[i] == pid)
			return true;
	return false;
}

void
escape_remove(struct escape *x, pid_t pid)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->live[i] == pid) {
			x->live[i] = x->live[--x->count];
			return;
		}
}

/* The environment of a process, as far as TEXT_LIMIT. */
static bool
read_environ(struct escape *x, pid_t pid)
{
	char path[64], *to;
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/environ", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	buf_reset(&x->environ);
	while ((to = buf_room(&x->environ, 4096)) != NULL &&
	       (n = read(fd, to, 4096)) > 0)
		x->environ.len += (size_t)n;
	close(fd);
	return n >= 0;
}

static bool
is_variable(const char *p, const char *name, const char *value)
{
	size_t len = strlen(name);

	return strncmp(p, name, len) == 0 && strcmp(p + len, value) == 0;
}

/* OWNER_OTHER also where it cannot be known. */
static enum owner
find_owner(struct escape *x, pid_t pid, const char *id, const char *tmp)
{
	const char *p, *end;

	if (!read_environ(x, pid))
		return OWNER_OTHER;
	if (x->environ.len == 0)
		return OWNER_DYING; /* its memory is gone already */
	x->environ.ptr[x->environ.len] = '\0';
	end = x->environ.ptr + x->environ.len;
	for (p = x->environ.ptr; p < end; p += strlen(p) + 1)
		if (is_variable(p, "NIGHTDROP_JOB_ID=", id) ||
		    is_variable(p, "TMPDIR=", tmp))
			return OWNER_JOB;
	return OWNER_OTHER;
}

/* One child that is no handler; true while it is dying. */
static bool
judge(struct escape *x, pid_t pid, const char *id, const char *tmp, pid_t group)
{
	pid_t its = getpgid(pid);
	enum owner owner = OWNER_JOB;

	/* Reaped: what it leaves behind is our child from now on. */
	if (waitpid(pid, NULL, WNOHANG) != 0)
		return true;
	if (its != group && is_live(x, its))
		return false;
	if (its != group && x->count > 0)
		owner = find_owner(x, pid, id, tmp);
	if (owner == OWNER_DYING)
		return true;
	return owner == OWNER_JOB && kill(pid, SIGKILL) == 0;
}

/* "12 345 6 ", as it is now.  The kernel gives no less than half of what it is
 * asked for but at the end. */
static const char *
read_list(struct escape *x)
{
	ssize_t n = LIST_READ;
	char *to;

	buf_reset(&x->text);
	while (x->list >= 0 && n >= LIST_READ / 2 &&
	       (to = buf_room(&x->text, LIST_READ)) != NULL &&
	       (n = pread(x->list, to, LIST_READ, (off_t)x->text.len)) > 0)
		x->text.len += (size_t)n;
	if (x->text.len == 0)
		return "";
	x->text.ptr[x->text.len] = '\0';
	return x->text.ptr;
}

bool
escape_kill(struct escape *x, const char *id, const char *tmp, pid_t group)
{
	const char *p = read_list(x);
	bool dying = false;
	char *end;
	long pid;

	for (; (pid = strtol(p, &end, 10)) > 0; p = end)
		if (!is_live(x, (pid_t)pid) &&
		    judge(x, (pid_t)pid, id, tmp, group))
			dying = true;
	return dying;
}
