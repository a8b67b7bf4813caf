/*
 * The guardian.
 *
 * Its promises, and why they hold:
 *
 * - A free lock proves that neither guardian nor worker lives: both hold the
 *   descriptor, handlers do not (close-on-exec).  When the guardian is killed
 *   the kernel tells the worker, which kills its handlers with all that is
 *   below them and ends.  When the worker is killed too, its handlers die by
 *   the kernel's parent-death signal, and who proves the death kills what
 *   they had started (proof.c).
 * - A worker whose lease has passed does not act.  The worker posts the
 *   lease's end, counted from before it asked for it, on the monotonic clock;
 *   when that moment comes the guardian kills it and all that is below it,
 *   which needs neither the worker's nor the database's help.
 * - A new worker starts when nothing of the old one is left: everything below
 *   a subreaper becomes its child, and it waits until it has none.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/guardian.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/lockfile.h"
#include "batch/reap.h"

#define RESTARTS 3
#define LOOK_MS 500 /* between two looks at the lease */

struct guardian {
	struct watch *watch;
	char *lock;
	int fd;
	sigset_t signals; /* blocked here, waited for */
	sigset_t before;
	bool stopping; /* a TERM, INT or HUP was passed on */
};

static void
nothing(int sig)
{
	(void)sig;
}

/* SIGCHLD gets a handler because cron may have started us with it ignored,
 * which would make children vanish without a status. */
static void
signals_block(struct guardian *g)
{
	struct sigaction sa = { .sa_handler = nothing };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGCHLD, &sa, NULL);
	sigemptyset(&g->signals);
	sigaddset(&g->signals, SIGCHLD);
	sigaddset(&g->signals, SIGTERM);
	sigaddset(&g->signals, SIGINT);
	sigaddset(&g->signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &g->signals, &g->before);
}

static pid_t
worker_start(
    struct guardian *g, worker_fn *fn, void *ctx, const struct ward *ward)
{
	pid_t guardian = getpid(), pid = fork();
	int code;

	if (pid != 0)
		return pid;
	reap_follow(guardian, ORPHANED);
	sigprocmask(SIG_SETMASK, &g->before, NULL);
	code = fn(ctx, ward);
	fflush(stdout);
	_exit(code);
}

/* Reap what there is; true with its status once the worker is among it. */
static bool
worker_gone(pid_t worker, int *status)
{
	pid_t pid;
	int s;

	while ((pid = waitpid(-1, &s, WNOHANG)) > 0)
		if (pid == worker) {
			*status = s;
			return true;
		}
	return false;
}

static int
worker_wait(struct guardian *g, pid_t worker)
{
	struct timespec look = { 0, LOOK_MS * 1000000L };
	int64_t until;
	int sig, status;

	while (!worker_gone(worker, &status)) {
		sig = sigtimedwait(&g->signals, NULL, &look);
		if (sig == SIGTERM || sig == SIGINT || sig == SIGHUP) {
			kill(worker,
			    sig == SIGINT && g->stopping ? HURRY : SIGTERM);
			g->stopping = true;
		}
		until = atomic_load(&g->watch->lease_until);
		if (until != 0 && clock_mono_ms() >= until) {
			log_event(LEVEL_ERROR,
			    "the lease of worker %lld has passed and it still "
			    "runs: killing it and its handlers",
			    (long long)atomic_load(&g->watch->worker));
			kill(worker, SIGKILL);
			atomic_store(&g->watch->lease_until, 0);
		}
	}
	return status;
}

/* One worker after another, until one ends by itself. */
static int
workers_run(struct guardian *g, worker_fn *fn, void *ctx)
{
	struct ward ward = {
		.watch = g->watch, .lock = g->lock, .lock_fd = g->fd
	};
	int restarts, status;
	pid_t pid;

	for (restarts = 0;; restarts++) {
		if ((pid = worker_start(g, fn, ctx, &ward)) == -1) {
			log_event(LEVEL_ERROR, "cannot fork a worker: %s",
			    strerror(errno));
			return EXIT_TEMP;
		}
		status = worker_wait(g, pid);
		reap_all();
		lockfile_sweep(g->lock);
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (g->stopping && atomic_load(&g->watch->worker) == 0)
			return EXIT_SUCCESS; /* stopped before it had opened */
		ward.run = atomic_load(&g->watch->run);
		ward.predecessor = atomic_load(&g->watch->worker);
		log_event(LEVEL_ERROR,
		    "worker %lld of run %lld died by signal "
		    "%d",
		    (long long)ward.predecessor, (long long)ward.run,
		    WTERMSIG(status));
		if (restarts == RESTARTS || g->stopping) {
			fprintf(stderr,
			    "nightdrop-batch: the worker of run "
			    "%lld died by signal %d; the next batch on this "
			    "host resumes the run\n",
			    (long long)ward.run, WTERMSIG(status));
			return EXIT_TEMP;
		}
		atomic_store(&g->watch->lease_until, 0);
	}
}

enum err_code
guardian_run(const struct config *c, worker_fn *fn, void *ctx, int *exit_code,
    struct err *e)
{
	struct guardian g = { .fd = -1 };
	enum err_code code;

	if ((g.watch = reap_share(sizeof(*g.watch))) == NULL)
		return err_set(e, ERR_IO, "no memory for the worker's page");
	if ((code = reap_adopt(e)) != ERR_OK)
		return code;
	signals_block(&g); /* first: nothing is left behind by one */
	if ((code = lockfile_new(c, &g.lock, &g.fd, e)) != ERR_OK)
		return code;
	*exit_code = workers_run(&g, fn, ctx);
	/* Where a worker may not have left its run, the file stays: free, it
	 * proves to the next batch that we are dead. */
	if (lockfile_is_clear(g.fd))
		unlink(g.lock);
	close(g.fd);
	free(g.lock);
	return ERR_OK;
}
