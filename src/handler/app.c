/*
 * A FastCGI application.
 *
 * The connection is one socket under two descriptors, so that whoever moves
 * bytes need not know that it is no pair of pipes.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/app.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "handler/environment.h"
#include "handler/progress.h"

#define ENV_LIMIT 8192

/* PATH, TMPDIR (which also marks all that it starts) and the descriptor of
 * progress; all else comes with each job. */
static char *
put_environment(struct buf *b, const char *tmp, char *env[static 4])
{
	size_t at[3];

	buf_init(b, ENV_LIMIT);
	at[0] = b->len;
	buf_printf(b, "PATH=%s%c", ENVIRONMENT_PATH, '\0');
	at[1] = b->len;
	buf_printf(b, "TMPDIR=%s%c", tmp, '\0');
	at[2] = b->len;
	buf_printf(b, "NIGHTDROP_PROGRESS_FD=%d%c", PROGRESS_FD, '\0');
	if (b->failed)
		abort();
	for (int i = 0; i < 3; i++)
		env[i] = b->ptr + at[i];
	env[3] = NULL;
	return b->ptr;
}

static enum err_code
start_process(struct app *a, int listener, const char **why, struct err *e)
{
	struct slot_job j = a->made_of;
	enum err_code code;
	char *env[4];
	struct buf b;

	put_environment(&b, j.tmp, env);
	j.env = env;
	j.cpu_limit_s = 0; /* a job's, not its whole life's: see slot_fcgi.c */
	code = process_start(&a->process, &j, listener, why, e);
	buf_fini(&b);
	return code;
}

enum err_code
app_connect(const struct app *a, struct process *p, struct err *e)
{
	process_close_fd(p, STDIN_FILENO);
	process_close_fd(p, STDOUT_FILENO);
	if ((p->fd[STDIN_FILENO] = process_connect(a->address)) >= 0 &&
	    (p->fd[STDOUT_FILENO] =
		    fcntl(p->fd[STDIN_FILENO], F_DUPFD_CLOEXEC, 0)) >= 0)
		return ERR_OK;
	return err_set(e, ERR_IO, "cannot connect to %.300s: %s",
	    a->made_of.program, strerror(errno));
}

/* Connected first: it waits in the listener until the process takes it. */
enum err_code
app_start(struct app *a, const char **why, struct err *e)
{
	int listener = process_listen(a->address);
	enum err_code code;

	if (listener < 0)
		return err_set(e, ERR_IO, "cannot make the socket %.200s: %s",
		    a->address, strerror(errno));
	code = app_connect(a, &a->process, e);
	if (code == ERR_OK)
		code = start_process(a, listener, why, e);
	if (code != ERR_OK)
		process_close(&a->process);
	close(listener); /* so that it cannot be reached when it has died */
	a->jobs = a->kept = 0;
	a->kill_ms = -1;
	return code;
}

bool
app_fits(const struct app *a, const struct slot_job *j)
{
	return strcmp(a->made_of.program, j->program) == 0 &&
	       a->made_of.memory_limit == j->memory_limit &&
	       a->made_of.max_files == j->max_files;
}

enum app_state
app_look(const struct app *a)
{
	struct pollfd fds[] = {
		{ .fd = a->process.ended, .events = POLLIN },
		{ .fd = a->process.fd[STDOUT_FILENO], .events = POLLIN },
	};
	char byte;

	if (poll(fds, 2, 0) < 0)
		return APP_GONE;
	if (fds[0].revents != 0)
		return APP_GONE;
	if (fds[1].fd < 0)
		return APP_CONNECTION;
	if (fds[1].revents == 0)
		return APP_READY;
	return recv(fds[1].fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 ?
		   APP_GONE :
		   APP_CONNECTION;
}

void
app_forget(struct app *a)
{
	if (a->address != NULL)
		unlink(a->address);
	free(a->address);
	process_close(&a->process);
	*a = (struct app) { .address = NULL };
	process_init(&a->process);
}
