/*
 * The limit that nightdrop-batch is held against: a bare loop that feeds a
 * FastCGI application N jobs of 1 KiB, with the variables that a web server
 * sends, over a kept connection to each of so many processes, and reads each
 * answer to its end.  No queue, no record, no time limit.
 *
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BODY_SIZE 1024
#define MAX_SLOTS 64
#define HEADER 8

struct app {
	pid_t pid;
	unsigned char answer[65536];
	size_t have;
};

static unsigned char request[8192];
static size_t request_len;

static void
die(const char *what)
{
	perror(what);
	exit(71);
}

static void
record(int type, const void *content, size_t len)
{
	unsigned char *p = request + request_len;

	memset(p, 0, HEADER);
	p[0] = 1;
	p[1] = (unsigned char)type;
	p[3] = 1;
	p[4] = (unsigned char)(len >> 8);
	p[5] = (unsigned char)len;
	if (len > 0)
		memcpy(p + HEADER, content, len);
	request_len += HEADER + len;
}

/* What nginx has in its fastcgi_params. */
static void
make_request(void)
{
	static const char *const variables[][2] = { { "QUERY_STRING", "" },
		{ "REQUEST_METHOD", "POST" }, { "CONTENT_TYPE", "text/plain" },
		{ "CONTENT_LENGTH", "1024" }, { "SCRIPT_NAME", "/answer" },
		{ "SCRIPT_FILENAME", "/srv/www/answer" },
		{ "REQUEST_URI", "/answer" }, { "DOCUMENT_URI", "/answer" },
		{ "DOCUMENT_ROOT", "/srv/www" },
		{ "SERVER_PROTOCOL", "HTTP/1.1" }, { "REQUEST_SCHEME", "http" },
		{ "GATEWAY_INTERFACE", "CGI/1.1" },
		{ "SERVER_SOFTWARE", "bare/1" }, { "REMOTE_ADDR", "127.0.0.1" },
		{ "REMOTE_PORT", "40000" }, { "SERVER_ADDR", "127.0.0.1" },
		{ "SERVER_PORT", "80" }, { "SERVER_NAME", "localhost" },
		{ "REDIRECT_STATUS", "200" }, { "HTTP_HOST", "localhost" },
		{ "HTTP_USER_AGENT", "bare/1" }, { "HTTP_ACCEPT", "*/*" } };
	static const unsigned char begin[8] = { 0, 1, 1 };
	static const char body[BODY_SIZE];
	char params[2048];
	size_t len = 0;

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		len += (size_t)snprintf(params + len, sizeof(params) - len,
		    "%c%c%s%s", (int)strlen(variables[i][0]),
		    (int)strlen(variables[i][1]), variables[i][0],
		    variables[i][1]);
	record(1, begin, sizeof(begin));
	record(4, params, len);
	record(4, NULL, 0);
	record(5, body, sizeof(body));
	record(5, NULL, 0);
}

/* A process that listens, and our connection to it. */
static int
start(struct app *a, char *program)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char *const argv[] = { program, NULL };
	char *const env[] = { NULL };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(name.sun_path, sizeof(name.sun_path), "%s.%ld.sock", program,
	    (long)getpid());
	if (bind(listener, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    listen(listener, 8) != 0 ||
	    connect(fd, (struct sockaddr *)&name, sizeof(name)) != 0)
		die("socket");
	unlink(name.sun_path);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if ((a->pid = fork()) == 0) {
		dup2(listener, STDIN_FILENO);
		execve(program, argv, env);
		_exit(127);
	}
	if (a->pid == -1)
		die("fork");
	close(listener);
	return fd;
}

static void
send_job(struct app *a, int fd)
{
	a->have = 0;
	if (write(fd, request, request_len) != (ssize_t)request_len)
		die("write");
}

/* More of its answer; true where its last record has come. */
static int
ended(struct app *a, int fd)
{
	ssize_t n = read(fd, a->answer + a->have, sizeof(a->answer) - a->have);
	size_t at = 0, len;

	if (n <= 0)
		die("the program");
	a->have += (size_t)n;
	while (a->have - at >= HEADER) {
		const unsigned char *p = a->answer + at;

		len = HEADER + ((size_t)p[4] << 8 | p[5]) + p[6];
		if (p[1] == 3)
			return a->have - at >= len;
		if (a->have - at < len)
			return 0;
		at += len;
	}
	return 0;
}

static void
run(char *program, int slots, int jobs)
{
	static struct app apps[MAX_SLOTS];
	struct pollfd fds[MAX_SLOTS];
	int i, sent = 0, done = 0;

	for (i = 0; i < slots; i++) {
		fds[i] = (struct pollfd) { .fd = start(&apps[i], program),
			.events = POLLIN };
		if (sent++ < jobs)
			send_job(&apps[i], fds[i].fd);
	}
	while (done < jobs) {
		if (poll(fds, (nfds_t)slots, -1) == -1)
			die("poll");
		for (i = 0; i < slots; i++) {
			if (fds[i].revents == 0 || !ended(&apps[i], fds[i].fd))
				continue;
			done++;
			if (sent++ < jobs)
				send_job(&apps[i], fds[i].fd);
		}
	}
	/* TERM it hears only between two connections. */
	for (i = 0; i < slots; i++) {
		kill(apps[i].pid, SIGKILL);
		waitpid(apps[i].pid, NULL, 0);
	}
}

int
main(int argc, char **argv)
{
	struct timespec from, to;
	int slots, jobs;

	if (argc != 4 || (slots = atoi(argv[1])) < 1 || slots > MAX_SLOTS ||
	    (jobs = atoi(argv[2])) < 1) {
		fprintf(stderr, "usage: fcgi_loop SLOTS JOBS PROGRAM\n");
		return 64;
	}
	make_request();
	clock_gettime(CLOCK_MONOTONIC, &from);
	run(argv[3], slots, jobs);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.0f\n", jobs / ((double)(to.tv_sec - from.tv_sec) +
				    (double)(to.tv_nsec - from.tv_nsec) / 1e9));
	return 0;
}
