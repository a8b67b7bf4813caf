/*
 * The limit that nightdrop-batch is held against: a bare loop that runs a
 * program N times, so many at once, by vfork and exec; feeds each 1 KiB, reads
 * its answer to the end and waits for it.  No queue, no record, no time limit.
 *
 * SPDX-License-Identifier: ISC
 */
#define _DEFAULT_SOURCE /* vfork */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BODY_SIZE 1024
#define MAX_SLOTS 64

static void
die(const char *what)
{
	perror(what);
	exit(71);
}

static void
pipe_cloexec(int fd[2])
{
	if (pipe(fd) == -1 || fcntl(fd[0], F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(fd[1], F_SETFD, FD_CLOEXEC) == -1)
		die("pipe");
}

/* Start one; its pid, and where its answer comes. */
static pid_t
start(char *program, int *from)
{
	static const char body[BODY_SIZE];
	char *const argv[] = { program, NULL };
	char *const env[] = { NULL };
	int in[2], out[2];
	pid_t pid;

	pipe_cloexec(in);
	pipe_cloexec(out);
	if ((pid = vfork()) == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execve(program, argv, env);
		_exit(127);
	}
	if (pid == -1)
		die("vfork");
	close(in[0]);
	close(out[1]);
	if (write(in[1], body, sizeof(body)) != (ssize_t)sizeof(body))
		die("write");
	close(in[1]);
	*from = out[0];
	return pid;
}

/* More of its answer; true at the end. */
static int
ended(int from, pid_t pid)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));
	int status;

	if (n > 0)
		return 0;
	close(from);
	if (waitpid(pid, &status, 0) == -1 || status != 0)
		die("the program");
	return 1;
}

static void
run(char *program, int slots, int jobs)
{
	struct pollfd fds[MAX_SLOTS];
	pid_t pids[MAX_SLOTS] = { 0 };
	int i, started = 0, done = 0;

	for (i = 0; i < slots; i++) {
		fds[i] = (struct pollfd) { .fd = -1, .events = POLLIN };
		if (started < jobs) {
			pids[i] = start(program, &fds[i].fd);
			started++;
		}
	}
	while (done < jobs) {
		if (poll(fds, (nfds_t)slots, -1) == -1)
			die("poll");
		for (i = 0; i < slots; i++) {
			if (fds[i].fd == -1 || fds[i].revents == 0 ||
			    !ended(fds[i].fd, pids[i]))
				continue;
			done++;
			fds[i].fd = -1;
			if (started++ < jobs)
				pids[i] = start(program, &fds[i].fd);
		}
	}
}

int
main(int argc, char **argv)
{
	struct timespec from, to;
	int slots, jobs;

	if (argc != 4 || (slots = atoi(argv[1])) < 1 || slots > MAX_SLOTS ||
	    (jobs = atoi(argv[2])) < 1) {
		fprintf(stderr, "usage: vfork SLOTS JOBS PROGRAM\n");
		return 64;
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	run(argv[3], slots, jobs);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.0f\n", jobs / ((double)(to.tv_sec - from.tv_sec) +
				    (double)(to.tv_nsec - from.tv_nsec) / 1e9));
	return 0;
}
