/*
 * Threads that submit jobs as fast as they are accepted, through the grouped
 * commits and without a web server, while somebody breaks the database.
 *
 *	commit_hammer conninfo queue threads seconds [bytes [deadline_ms]]
 *
 * One line an attempt on the standard output, "id<TAB>error", where the error
 * of a job that was accepted is "ok"; a summary on the standard error.  The
 * body is the id's text, repeated up to the size.  A checker compares: every
 * "ok" is in the database, and what is there was "ok" or "outcome-unknown".
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "queue/accept.h"

#define THREADS_MAX 1024
#define BODY_MAX 65536
#define PAUSE_NS 10000000 /* after an error, as clients do */

struct hammer {
	struct store *store;
	struct slice queue;
	size_t size;
	int64_t deadline_ms; /* a job's */
	int64_t until_ms;
};

struct thread {
	pthread_t id;
	const struct hammer *hammer;
	int64_t count[ERR_COUNT];
	int64_t slowest_ms;
};

static void
report(struct thread *t, const char *id, enum err_code code, int64_t began_ms)
{
	int64_t ms = clock_mono_ms() - began_ms;

	t->count[code]++;
	if (ms > t->slowest_ms)
		t->slowest_ms = ms;
	printf("%s\t%s\n", id, err_name(code));
	if (code != ERR_OK)
		nanosleep(&(struct timespec) { .tv_nsec = PAUSE_NS }, NULL);
}

static void
submit(struct thread *t, char *body)
{
	const struct hammer *h = t->hammer;
	struct submission j = { .queue = h->queue,
		.owner = SLICE_LIT(""),
		.request = SLICE_LIT("{\"REQUEST_METHOD\": \"POST\"}"),
		.type = SLICE_LIT("text/plain"),
		.size = (int64_t)h->size };
	struct receipt r = { .limit = 0 };
	char id[UUID_TEXT_LEN + 1] = "-";
	int64_t began = clock_mono_ms();
	int64_t deadline = began + h->deadline_ms;
	enum err_code code =
	    store_new_id(h->store, (unsigned)began, deadline, &j.id, NULL);

	if (code == ERR_OK) {
		uuid_format(&j.id, id);
		for (size_t i = 0; i < h->size; i++)
			body[i] = id[i % UUID_TEXT_LEN];
		j.body = slice_mem(body, h->size);
		digest_sha256(j.body, j.digest);
		code = accept_job(h->store, &j, deadline, &r, NULL);
	}
	report(t, id, code, began);
}

static void *
run(void *arg)
{
	struct thread *t = arg;
	char body[BODY_MAX];

	while (clock_mono_ms() < t->hammer->until_ms)
		submit(t, body);
	return NULL;
}

static void
summary(const struct thread *threads, int n, double seconds)
{
	int64_t slowest = 0;

	for (int k = 0; k < ERR_COUNT; k++) {
		int64_t sum = 0;

		for (int i = 0; i < n; i++)
			sum += threads[i].count[k];
		if (sum > 0)
			fprintf(stderr, "%s %" PRId64 " (%.0f/s) ",
			    err_name((enum err_code)k), sum,
			    (double)sum / seconds);
	}
	for (int i = 0; i < n; i++) {
		if (threads[i].slowest_ms > slowest)
			slowest = threads[i].slowest_ms;
	}
	fprintf(stderr, "slowest %" PRId64 " ms\n", slowest);
}

static void
hammer(struct hammer *h, int n, int seconds)
{
	struct thread *threads = calloc((size_t)n, sizeof(*threads));

	if (threads == NULL)
		abort();
	h->until_ms = clock_mono_ms() + (int64_t)seconds * 1000;
	for (int i = 0; i < n; i++) {
		threads[i].hammer = h;
		if (pthread_create(&threads[i].id, NULL, run, &threads[i]) != 0)
			abort();
	}
	for (int i = 0; i < n; i++)
		pthread_join(threads[i].id, NULL);
	summary(threads, n, seconds);
	free(threads);
}

int
main(int argc, char **argv)
{
	char instance[] = "";
	struct config config = { .instance = instance, .connections = 4 };
	struct hammer h = { .size = 1024, .deadline_ms = 10000 };
	int threads = argc > 3 ? atoi(argv[3]) : 0;

	if (argc > 5)
		h.size = (size_t)atol(argv[5]);
	if (argc > 6)
		h.deadline_ms = atol(argv[6]);
	if (argc < 5 || argc > 7 || threads < 1 || threads > THREADS_MAX ||
	    h.size > BODY_MAX) {
		fprintf(stderr,
		    "usage: %s conninfo queue threads seconds "
		    "[bytes [deadline_ms]]\n",
		    argv[0]);
		return 64;
	}
	config.database = argv[1];
	h.queue = slice_str(argv[2]);
	h.store = store_new(&config);
	hammer(&h, threads, atoi(argv[4]));
	store_free(h.store);
	return 0;
}
