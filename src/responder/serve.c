/*
 * The FastCGI transport.
 *
 * Threads, each with a request of its own, wait in accept(2) on the shared
 * socket: the kernel wakes one a connection, no lock is held while waiting, so
 * a peer that says nothing costs its own thread and no other.  We accept
 * ourselves and hand libfcgi the connection, for two reasons: libfcgi knows no
 * time-out, and a peer that stops in the middle of a record would hold a
 * thread for ever; and a connection kept open for a next request would pin a
 * thread too (web servers open more connections than we have threads, and hang
 * on the rest), so each connection is closed after its request.
 *
 * Signals are blocked in all threads and taken by the main thread; libfcgi's
 * handlers never run.  To stop: raise a flag, then interrupt the threads in
 * accept with a signal whose handler does nothing, again and again until they
 * are gone, since one may be between looking at the flag and accept.  That
 * signal is blocked everywhere but in accept: libfcgi takes an interrupted
 * read for the end of the request.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/serve.h"

#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/log.h"
#include "responder/listen.h"

#define STACK_SIZE (512 * 1024)
#define SILENCE_S 30  /* a peer this long silent in mid-request has gone */
#define LINGER_MS 250 /* on a manager's socket, after the signal to stop */
#define WAKE_SIGNAL SIGUSR2

struct server {
	const struct exchange *base;
	int fd;
	bool own;	      /* made by listen_open */
	int64_t linger_until; /* set before stopping is */
	sigset_t wake;	      /* WAKE_SIGNAL alone */
	atomic_bool stopping;
	atomic_int alive; /* threads that have not returned */
};

static long
fcgi_read(struct exchange *x, void *p, size_t len)
{
	FCGX_Request *r = x->io;
	int n = FCGX_GetStr(p, len > INT_MAX ? INT_MAX : (int)len, r->in);

	/* None means end or error: a sender that left in mid-body must not
	 * look like one that had finished.  What came before counts. */
	if (n == 0 && len > 0 && FCGX_GetError(r->in) != 0)
		return -1;
	return n;
}

static bool
fcgi_write(struct exchange *x, const void *p, size_t len)
{
	FCGX_Request *r = x->io;
	const char *from = p;

	while (len > 0) {
		int n = len > INT_MAX ? INT_MAX : (int)len;

		if (FCGX_PutStr(from, n, r->out) != n)
			return false;
		from += n;
		len -= (size_t)n;
	}
	return true;
}

static void
handle(struct server *s, FCGX_Request *r)
{
	static const struct transport transport = { fcgi_read, fcgi_write };
	struct exchange x = *s->base;

	x.transport = &transport;
	x.env = r->envp;
	x.io = r;
	x.deadline_ms = clock_mono_ms() + x.config->deadline_ms;
	exchange_handle(&x);
	/* Without an end of the request the server knows that more was to
	 * come, and passes that on. */
	if (x.cut)
		shutdown(r->ipcFd, SHUT_RDWR);
}

/*
 * One connection, one request.  libfcgi closes by telling the peer and waiting
 * for its end: that is what a peer needs which is still sending (it has been
 * refused early), or it would lose our answer.  Where the end of the body has
 * been read there is nothing to wait for, and the closing is ours.
 */
static void
serve_connection(struct server *s, int fd)
{
	struct timeval silence = { .tv_sec = SILENCE_S };
	FCGX_Request r;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
	FCGX_InitRequest(&r, -1, 0); /* -1: it has nothing to accept from */
	r.ipcFd = fd;
	r.keepConnection = 1; /* or FCGX_Accept_r closes what we gave it */
	if (FCGX_Accept_r(&r) != 0)
		return;
	handle(s, &r);
	r.keepConnection = FCGX_HasSeenEOF(r.in) != 0; /* left open for us */
	FCGX_Finish_r(&r);
	if (r.ipcFd != -1)
		close(r.ipcFd);
}

/* Errors that are the connection's, or that pass, must not end a thread. */
static void
accept_failed(int error)
{
	struct timespec pause = { .tv_nsec = 100000000 };

	if (error == EINTR || error == ECONNABORTED || error == EAGAIN)
		return;
	log_event(LEVEL_ERROR, "accept: %s", strerror(error));
	nanosleep(&pause, NULL);
}

static int
accept_interruptibly(const struct server *s)
{
	int fd, error;

	pthread_sigmask(SIG_UNBLOCK, &s->wake, NULL);
	fd = accept(s->fd, NULL, NULL);
	error = errno;
	pthread_sigmask(SIG_BLOCK, &s->wake, NULL);
	errno = error;
	return fd;
}

/*
 * When stopping, what has connected is still served.  To a socket of our own
 * nobody can connect any more; a manager's is held open by the manager, and
 * what it was just sending here would be answered by nobody.
 */
static bool
may_accept(const struct server *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	int64_t left;

	if (!atomic_load(&s->stopping))
		return true;
	left = s->linger_until - clock_mono_ms();
	return poll(&p, 1, left > 0 ? (int)left : 0) > 0;
}

static void *
thread_main(void *arg)
{
	struct server *s = arg;
	int fd;

	while (may_accept(s)) {
		if ((fd = accept_interruptibly(s)) == -1)
			accept_failed(errno);
		else
			serve_connection(s, fd);
	}
	atomic_fetch_sub(&s->alive, 1);
	return NULL;
}

static void
nothing(int sig)
{
	(void)sig;
}

static void
signals_prepare(sigset_t *wanted, sigset_t *wakeful)
{
	struct sigaction wake = { .sa_handler = nothing };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigemptyset(wanted);
	sigaddset(wanted, SIGTERM);
	sigaddset(wanted, SIGINT);
	sigaddset(wanted, SIGUSR1);
	sigaddset(wanted, SIGHUP);
	pthread_sigmask(SIG_BLOCK, wanted, NULL);
	sigemptyset(wakeful);
	sigaddset(wakeful, WAKE_SIGNAL);
	pthread_sigmask(SIG_BLOCK, wakeful, NULL);
	sigaction(WAKE_SIGNAL, &wake, NULL); /* without SA_RESTART */
	sigaction(SIGPIPE, &ignore, NULL);
}

static void
wait_for_stop(const sigset_t *wanted)
{
	int sig;

	while (sigwait(wanted, &sig) == 0 && sig == SIGHUP)
		log_reopen();
}

/* True when all have returned before the deadline. */
static bool
threads_stop(struct server *s, pthread_t *thread, int count)
{
	int64_t deadline = clock_mono_ms() + STOP_MS;
	struct timespec pause = { .tv_nsec = 5000000 };
	int i;

	if (s->own)
		listen_remove(s->base->config);
	s->linger_until = clock_mono_ms() + (s->own ? 0 : LINGER_MS);
	atomic_store(&s->stopping, true);
	while (atomic_load(&s->alive) > 0 && clock_mono_ms() < deadline) {
		for (i = 0; i < count; i++)
			pthread_kill(thread[i], WAKE_SIGNAL);
		nanosleep(&pause, NULL);
	}
	if (atomic_load(&s->alive) > 0) {
		log_event(LEVEL_WARNING,
		    "stopping with %d requests unfinished after %d ms",
		    atomic_load(&s->alive), STOP_MS);
		return false;
	}
	for (i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	return true;
}

static int
threads_start(struct server *s, pthread_t *thread, int count)
{
	pthread_attr_t attr;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	for (i = 0; i < count; i++) {
		atomic_fetch_add(&s->alive, 1);
		if (pthread_create(&thread[i], &attr, thread_main, s) != 0) {
			atomic_fetch_sub(&s->alive, 1);
			break;
		}
	}
	pthread_attr_destroy(&attr);
	return i;
}

enum err_code
serve(const struct exchange *base, int fd, bool own, int threads, struct err *e)
{
	struct server s = { .base = base, .fd = fd, .own = own };
	pthread_t *thread = calloc((size_t)threads, sizeof(*thread));
	sigset_t wanted;
	int started;

	if (thread == NULL || FCGX_Init() != 0) {
		free(thread);
		return err_set(e, ERR_IO, "cannot initialise libfcgi");
	}
	signals_prepare(&wanted, &s.wake);
	started = threads_start(&s, thread, threads);
	if (started == 0) {
		free(thread);
		return err_set(
		    e, ERR_IO, "cannot create a single thread; see 'threads'");
	}
	wait_for_stop(&wanted);
	/* Threads still at work use s: then the process must simply end. */
	if (!threads_stop(&s, thread, started))
		_exit(0);
	free(thread);
	return ERR_OK;
}
