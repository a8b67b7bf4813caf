/*
 * The poll loop.  Nothing in it blocks: time limits, pipes and the lease live
 * on through a network cut.
 *
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/worker.h"

#define POLL_MOST_MS 60000
#define ORPHAN_S 5 /* then the kernel ends what does not end itself */

/* A signal handler has nothing but file scope: the pipe that wakes poll. */
static int wake[2] = { -1, -1 };

static void
on_signal(int sig)
{
	int saved = errno;
	const char *word = sig == ORPHANED ? "o" : sig == HURRY ? "h" : "t";

	if (sig == ORPHANED)
		alarm(ORPHAN_S);
	if (write(wake[1], word, 1) == -1)
		errno = saved; /* full: poll wakes anyway */
}

/* What a terminal sends, it sends to the guardian too, who passes it on as
 * another signal: of two equal ones that are pending, one would be lost. */
static void
nothing(int sig)
{
	(void)sig;
}

enum err_code
loop_signals(struct err *e)
{
	static const int caught[] = { SIGTERM, HURRY, ORPHANED };
	struct sigaction sa = { .sa_handler = on_signal };
	size_t i;
	int k;

	if (pipe(wake) == -1)
		return err_set(e, ERR_IO, "pipe: %s", strerror(errno));
	for (k = 0; k < 2; k++) {
		fcntl(wake[k], F_SETFD, FD_CLOEXEC);
		fcntl(wake[k], F_SETFL, O_NONBLOCK);
	}
	sigemptyset(&sa.sa_mask);
	sa.sa_flags = SA_RESTART;
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &sa, NULL);
	sa.sa_handler = nothing;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	/* The guardian's handler would interrupt us once a job, for nothing:
	 * the slots poll their processes. */
	sa.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &sa, NULL);
	return ERR_OK;
}

bool
loop_signalled(void)
{
	struct pollfd p = { .fd = wake[0], .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static void
signals_take(struct worker *w)
{
	struct err e = ERR_INIT;
	char byte;

	while (read(wake[0], &byte, 1) == 1) {
		if (byte != 'o') {
			worker_drain(w, byte == 'h');
			continue;
		}
		err_set(&e, ERR_LEASE,
		    "the guardian was killed: handlers are "
		    "killed too; the next batch resumes run %lld",
		    (long long)w->run);
		worker_fail(w, &e);
	}
}

void
worker_drain(struct worker *w, bool at_once)
{
	struct job_list *const idle[] = { &w->reserved, &w->suspect,
		&w->recorded };
	struct job *j;
	size_t i;

	if (w->draining) {
		if (at_once)
			w->drain_until = clock_mono_ms();
		return;
	}
	w->draining = true;
	w->drain_until = clock_mono_ms() + (at_once ? 0 : w->drain_ms);
	for (i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
		while ((j = list_take(idle[i])) != NULL)
			list_add(&w->returning, j);
	lane_drain(w->lane);
	log_event(LEVEL_NOTICE,
	    "run %lld: stopping; %d handlers have %lld "
	    "seconds to finish",
	    (long long)w->run, worker_busy(w), (long long)w->drain_ms / 1000);
}

void
worker_fail(struct worker *w, const struct err *e)
{
	if (w->end.code == ERR_OK)
		w->end = *e;
}

bool
worker_may_retry(enum err_code code)
{
	static const bool may[ERR_COUNT] = {
		[ERR_DB_AWAY] = true,
		[ERR_UNKNOWN] = true,
		[ERR_READ_ONLY] = true,
		[ERR_NO_PARTITION] = true,
		[ERR_BUSY] = true,
		[ERR_FULL] = true,
	};

	return may[code];
}

/* Milliseconds that poll may sleep. */
static int
patience(const struct worker *w, int64_t now)
{
	int64_t at = work_wakes_at(w), ms;
	int i, t;

	if (bench_wakes_at(w) < at)
		at = bench_wakes_at(w);
	ms = at - now;
	if (ms > POLL_MOST_MS)
		ms = POLL_MOST_MS;
	t = conn_timeout_ms(w->conn);
	if (t >= 0 && t < ms)
		ms = t;
	t = w->lane == NULL ? -1 : conn_timeout_ms(w->lane->conn);
	if (t >= 0 && t < ms)
		ms = t;
	for (i = 0; i < w->seats; i++) {
		if (w->seat[i].job == NULL)
			continue;
		t = slot_timeout_ms(w->seat[i].slot);
		if (t >= 0 && t < ms)
			ms = t;
	}
	return ms < 0 ? 0 : (int)ms;
}

struct fds {
	struct pollfd *fd; /* 0: signals, 1, 2: database, then the slots' */
	int *of;	   /* how many each slot has */
	int n;
};

static void
fds_gather(struct fds *f, const struct worker *w)
{
	int i;

	f->fd[0] = (struct pollfd) { .fd = wake[0], .events = POLLIN };
	f->fd[1] = (struct pollfd) { .fd = conn_fd(w->conn),
		.events = conn_events(w->conn) };
	f->fd[2] = (struct pollfd) { .fd = -1 };
	if (w->lane != NULL)
		f->fd[2] = (struct pollfd) { .fd = conn_fd(w->lane->conn),
			.events = conn_events(w->lane->conn) };
	f->n = 3;
	for (i = 0; i < w->seats; i++) {
		f->of[i] = w->seat[i].job == NULL ?
			       0 :
			       slot_poll(w->seat[i].slot, f->fd + f->n);
		f->n += f->of[i];
	}
}

static void
step(struct worker *w, struct fds *f)
{
	struct pollfd *at = f->fd + 3;
	int i;

	signals_take(w);
	conn_step(w->conn, f->fd[1].fd == -1 ? 0 : f->fd[1].revents);
	if (w->lane != NULL)
		conn_step(
		    w->lane->conn, f->fd[2].fd == -1 ? 0 : f->fd[2].revents);
	for (i = 0; i < w->seats; at += f->of[i], i++)
		if (w->seat[i].job != NULL)
			slot_step(w->seat[i].slot, at, f->of[i]);
	/* The next turn first: the database is at it while handlers start. */
	work_step(w, clock_mono_ms());
	bench_step(w, clock_mono_ms());
	work_step(w, clock_mono_ms());
}

enum err_code
loop_run(struct worker *w, struct err *e)
{
	struct fds f = { NULL, NULL, 0 };

	f.fd = calloc(3 + (size_t)w->seats * SLOT_FDS, sizeof(*f.fd));
	f.of = calloc((size_t)w->seats, sizeof(*f.of));
	if (f.fd == NULL || f.of == NULL)
		abort();
	signals_take(w); /* what came while the run was opened */
	work_step(w, clock_mono_ms());
	while (w->end.code == ERR_OK && !work_over(w, clock_mono_ms())) {
		fds_gather(&f, w);
		if (poll(f.fd, (nfds_t)f.n, patience(w, clock_mono_ms())) == -1)
			for (int i = 0; i < f.n; i++)
				f.fd[i].revents = 0;
		step(w, &f);
	}
	free(f.fd);
	free(f.of);
	*e = w->end;
	return e->code;
}
