/*
 * A FastCGI application: a handler's process that is kept for many jobs, and
 * our connection to it.
 *
 * It finds a listening socket on descriptor 0, its log on 1 and 2, and the
 * descriptor of progress; its environment is three variables.  Nobody but us
 * can connect.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_APP_H
#define ND_HANDLER_APP_H

#include <stdbool.h>

#include "base/err.h"
#include "handler/process.h"
#include "handler/slot.h"

struct app {
	struct slot_job made_of; /* what it was started with; env NULL */
	char *address;		 /* of its socket; NULL: it is none */
	struct process process;	 /* at rest; pid 0: none, or at work */
	int jobs;		 /* begun since it was started */
	int kept;		 /* on this connection */
	unsigned used;		 /* when it was last */
	int64_t kill_ms;	 /* where it was told to leave */
};

enum app_state {
	APP_READY,	/* connected, and silent as it should be */
	APP_CONNECTION, /* needs another connection */
	APP_GONE	/* has ended, or speaks without being asked */
};

/* a->made_of and a->address are set.  Where the program cannot be run
 * process.pid is 0 and *why says why.  ERR_IO: want of some resource. */
enum err_code app_start(struct app *a, const char **why, struct err *e);

/* A new connection, as fd[0] to write and fd[1] to read. */
enum err_code app_connect(
    const struct app *a, struct process *p, struct err *e);

/* Can it do this job, by its program and limits? */
bool app_fits(const struct app *a, const struct slot_job *j);

enum app_state app_look(const struct app *a);

/* Forget it; its process has been reaped, or will be by others. */
void app_forget(struct app *a);

#endif
