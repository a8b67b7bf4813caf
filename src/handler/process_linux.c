/*
 * Watching a process end: a pidfd (Linux 5.3) can be polled together with the
 * pipes, and says nothing of other children, as SIGCHLD does.
 *
 * Sockets: a name holds 107 bytes, run_dir may be longer, so the directory is
 * opened and named by its descriptor.
 *
 * SPDX-License-Identifier: ISC
 */
#define _GNU_SOURCE

#include "handler/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 8 /* there is one connection at a time, and its successor */

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

/* The descriptor of path's directory, which must stay open while name is
 * used; -1: errno. */
static int
name_socket(const char *path, struct sockaddr_un *name)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int at, n;

	if (slash == NULL || slash == path ||
	    (size_t)(slash - path) >= sizeof(dir)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	if ((at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -1;
	name->sun_family = AF_UNIX;
	n = snprintf(name->sun_path, sizeof(name->sun_path),
	    "/proc/self/fd/%d%s", at, slash);
	if (n > 0 && (size_t)n < sizeof(name->sun_path))
		return at;
	close(at);
	errno = ENAMETOOLONG;
	return -1;
}

static int
open_socket(const char *path, int flags,
    int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int at = name_socket(path, &name), fd = -1, failed;

	if (at < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	/* The mode that its name will have: nobody else gets in between. */
	if (fd >= 0 &&
	    (fchmod(fd, S_IRUSR | S_IWUSR) != 0 ||
		use(fd, (struct sockaddr *)&name, sizeof(name)) != 0)) {
		failed = errno;
		close(fd);
		errno = failed;
		fd = -1;
	}
	failed = errno;
	close(at);
	errno = failed;
	return fd;
}

int
process_listen(const char *path)
{
	int fd;

	(void)unlink(path); /* of an application that was there before */
	if ((fd = open_socket(path, 0, bind)) >= 0 &&
	    listen(fd, BACKLOG) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int
process_connect(const char *path)
{
	return open_socket(path, SOCK_NONBLOCK, connect);
}

bool
process_unread(int fd)
{
	int n;

	return ioctl(fd, SIOCOUTQ, &n) != 0 || n > 0;
}
