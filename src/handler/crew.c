/*
 * The FastCGI applications of a slot.
 *
 * One that is leaving is looked after whenever one is taken, and at the end:
 * until then nothing depends on it, and it costs nothing to leave it its time.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/crew.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "handler/escape.h"

#define ADDRESS_LIMIT 8192
#define LOOK_MS 20
#define PATIENCE_MS 2000 /* with what has been killed */

void
crew_init(struct crew *c, struct escape *escape)
{
	*c = (struct crew) { .escape = escape };
	for (int i = 0; i < CREW_SIZE; i++)
		process_init(&c->app[i].process);
}

static bool
is_leaving(const struct app *a)
{
	return a->address != NULL && a->kill_ms >= 0;
}

static void
forget(struct crew *c, struct app *a)
{
	if (a->process.pid > 0) {
		process_signal(&a->process, SIGKILL);
		escape_remove(c->escape, a->process.pid);
	}
	app_forget(a);
}

static bool
has_ended(const struct app *a)
{
	struct pollfd fd = { .fd = a->process.ended, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

/* Those that are leaving: who is gone, and who should be. */
static void
look_after(struct crew *c)
{
	int64_t now = clock_mono_ms();
	int code, sig;

	for (int i = 0; i < CREW_SIZE; i++) {
		struct app *a = &c->app[i];
		pid_t pid = a->process.pid;

		if (!is_leaving(a))
			continue;
		if (now >= a->kill_ms)
			process_signal(&a->process, SIGKILL);
		if (has_ended(a) && process_reap(&a->process, &code, &sig)) {
			escape_remove(c->escape, pid);
			app_forget(a);
		}
	}
}

void
crew_send_away(struct app *a)
{
	int64_t grace = a->made_of.grace_ms;

	if (a->address == NULL || is_leaving(a))
		return;
	/* First: some hear TERM only between two connections. */
	process_close_fd(&a->process, STDIN_FILENO);
	process_close_fd(&a->process, STDOUT_FILENO);
	process_signal(&a->process, SIGTERM);
	a->kill_ms = clock_mono_ms() + (grace > 0 ? grace : SLOT_GRACE_MS);
}

void
crew_send_all_away(struct crew *c)
{
	for (int i = 0; i < CREW_SIZE; i++)
		crew_send_away(&c->app[i]);
}

static void
send_away_now(struct app *a)
{
	crew_send_away(a);
	process_signal(&a->process, SIGKILL);
}

/* The least used of those that stay, where there are enough of them. */
static struct app *
find_oldest(struct crew *c)
{
	struct app *oldest = NULL;
	int n = 0;

	for (int i = 0; i < CREW_SIZE; i++) {
		struct app *a = &c->app[i];

		if (a->address == NULL || is_leaving(a))
			continue;
		n++;
		if (oldest == NULL || a->used < oldest->used)
			oldest = a;
	}
	return n < CREW_KEPT ? NULL : oldest;
}

/* A free place; whoever leaves and is longest at it has to hurry. */
static struct app *
find_place(struct crew *c)
{
	struct app *first = NULL;

	for (int i = 0; i < CREW_SIZE; i++) {
		struct app *a = &c->app[i];

		if (a->address == NULL)
			return a;
		if (is_leaving(a) &&
		    (first == NULL || a->kill_ms < first->kill_ms))
			first = a;
	}
	forget(c, first);
	return first;
}

static enum err_code
start(struct crew *c, struct app *a, const char **why, struct err *e)
{
	enum err_code code = app_start(a, why, e);

	if (code != ERR_OK || a->process.pid == 0)
		app_forget(a);
	else
		escape_add(c->escape, a->process.pid);
	return code;
}

/* What a job of its own would be told, less what is each job's. */
static enum err_code
hire(struct crew *c, const struct slot_job *j, struct app **out,
    const char **why, struct err *e)
{
	struct app *a = find_oldest(c);
	enum err_code code;
	struct buf address;

	if (a != NULL)
		crew_send_away(a);
	a = find_place(c);
	a->made_of = *j;
	a->made_of.env = NULL;
	buf_init(&address, ADDRESS_LIMIT);
	buf_printf(&address, "%s.%u", j->tmp, c->serial++);
	if (address.failed)
		abort();
	a->address = address.ptr;
	code = start(c, a, why, e);
	*out = a->address != NULL ? a : NULL;
	return code;
}

static struct app *
find_fitting(struct crew *c, const struct slot_job *j)
{
	for (int i = 0; i < CREW_SIZE; i++) {
		struct app *a = &c->app[i];

		if (a->address != NULL && !is_leaving(a) && app_fits(a, j))
			return a;
	}
	return NULL;
}

/* One that is there and fits, connected; NULL: there is none, or it is not fit
 * to be kept (it speaks without being asked, or listens no more). */
static struct app *
find_ready(struct crew *c, const struct slot_job *j)
{
	struct app *a = find_fitting(c, j);
	enum app_state state;
	struct err e = ERR_INIT;

	if (a == NULL || (state = app_look(a)) == APP_READY)
		return a;
	if (state == APP_CONNECTION &&
	    app_connect(a, &a->process, &e) == ERR_OK) {
		a->kept = 0;
		return a;
	}
	send_away_now(a);
	return NULL;
}

enum err_code
crew_take(struct crew *c, const struct slot_job *j, struct app **out,
    const char **why, struct err *e)
{
	struct app *a = find_ready(c, j);
	enum err_code code;

	look_after(c);
	if (a == NULL && (code = hire(c, j, &a, why, e)) != ERR_OK)
		return code;
	if (a != NULL)
		a->used = ++c->clock;
	*out = a;
	return ERR_OK;
}

enum err_code
crew_replace(struct crew *c, struct app *a, struct err *e)
{
	const char *program = a->made_of.program, *why = "";
	enum err_code code = start(c, a, &why, e);

	if (code == ERR_OK && a->address == NULL)
		code =
		    err_set(e, ERR_IO, "cannot run %.400s: %s", program, why);
	return code;
}

static bool
is_empty(const struct crew *c)
{
	for (int i = 0; i < CREW_SIZE; i++)
		if (c->app[i].address != NULL)
			return false;
	return true;
}

/* Until one of them ends, or a little. */
static void
wait_a_little(const struct crew *c)
{
	struct pollfd fds[CREW_SIZE];

	for (int i = 0; i < CREW_SIZE; i++)
		fds[i] = (struct pollfd) { .fd = c->app[i].process.ended,
			.events = POLLIN };
	(void)poll(fds, CREW_SIZE, LOOK_MS);
}

void
crew_fini(struct crew *c)
{
	const char *tmp = NULL;
	int64_t until = 0;

	for (int i = 0; i < CREW_SIZE; i++) {
		struct app *a = &c->app[i];

		crew_send_away(a);
		if (a->address == NULL)
			continue;
		tmp = a->made_of.tmp;
		if (a->kill_ms + PATIENCE_MS > until)
			until = a->kill_ms + PATIENCE_MS;
	}
	for (look_after(c); !is_empty(c) && clock_mono_ms() < until;
	     look_after(c))
		wait_a_little(c);
	for (int i = 0; i < CREW_SIZE; i++)
		if (c->app[i].address != NULL)
			forget(c, &c->app[i]);
	while (tmp != NULL && escape_kill(c->escape, "", tmp, 0) &&
	       clock_mono_ms() < until)
		wait_a_little(c);
}
