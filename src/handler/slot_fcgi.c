/*
 * A job of a FastCGI application: what differs from one of a process of its
 * own.
 *
 * It ends with the request, and the process stays.  All else ends in the
 * process's end, as it does there: whoever breaks the protocol, leaves the
 * connection, or runs out of time is killed, and the next job gets another.
 *
 * A job is begun again, at no charge, in one case: the application had done
 * one before, then left (its own recycling) or dropped the connection, without
 * an error, without having read all of this one, and without a word of an
 * answer.  What takes over is new, so this happens once.
 *
 * SPDX-License-Identifier: ISC
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "handler/escape.h"
#include "handler/slot_state.h"

#define LOST_MS 500 /* from the end of its connection to its own, at most */
#define AGAIN_MS 20 /* until it is given another */
#define CPU_LOOK_MS 1000
#define CPU_GRACE_MS 5000 /* between XCPU and KILL */

/* Words for the log; then it is killed. */
static void
blame(struct slot *s, const char *why)
{
	if (s->trouble[0] == '\0')
		snprintf(s->trouble, sizeof(s->trouble), "%s", why);
	slot_kill(s);
}

/* Its process is in our hands for this job. */
static void
put_to_work(struct slot *s)
{
	struct app *a = s->app;

	s->traffic.process = a->process;
	process_init(&a->process);
	a->jobs++;
	a->kept++;
	s->group = s->traffic.process.pid;
	s->lost_ms = -1;
	s->replacing = false;
	s->cpu_look_ms = -1;
	if (s->cpu_limit_ms == 0)
		return;
	s->cpu_start_ms = process_cpu_ms(&s->traffic.process);
	s->cpu_look_ms = clock_mono_ms() + CPU_LOOK_MS;
}

enum err_code
slot_fcgi_start(
    struct slot *s, const struct slot_job *j, const char **why, struct err *e)
{
	enum err_code code = crew_take(&s->crew, j, &s->app, why, e);

	if (code != ERR_OK || s->app == NULL)
		return code;
	s->cpu_limit_ms = j->cpu_limit_s * 1000;
	put_to_work(s);
	if (s->app->jobs > 1)
		traffic_catch_up(&s->traffic);
	traffic_frame(&s->traffic, j->env);
	return ERR_OK;
}

static const char *
refusal(int protocol_status)
{
	static const char *const words[] = {
		[FASTCGI_CANT_MULTIPLEX] =
		    "it refused the job: it cannot take one more on this "
		    "connection",
		[FASTCGI_OVERLOADED] = "it refused the job: it is overloaded",
		[FASTCGI_UNKNOWN_ROLE] =
		    "it refused the job: it is no FastCGI responder",
	};

	return protocol_status <= FASTCGI_UNKNOWN_ROLE ?
		   words[protocol_status] :
		   "it ended the request in a way that FastCGI does not know";
}

/* The request has ended. */
static void
take_end(struct slot *s)
{
	const struct fastcgi_reader *r = &s->traffic.reader;

	s->exit_code = r->app_status < INT_MAX ? (int)r->app_status : INT_MAX;
	s->signal = 0;
	if (r->protocol_status != FASTCGI_COMPLETE && s->trouble[0] == '\0')
		snprintf(s->trouble, sizeof(s->trouble), "%s",
		    refusal(r->protocol_status));
}

/* The job is over, its application lives: back to rest with it. */
static void
put_to_rest(struct slot *s)
{
	struct app *a = s->app;
	bool clean = traffic_settle(&s->traffic);
	bool told = s->deadline_ms < 0 || s->kill_ms >= 0; /* to end */

	a->process = s->traffic.process;
	process_init(&s->traffic.process);
	if (!clean) {
		process_close_fd(&a->process, STDIN_FILENO);
		process_close_fd(&a->process, STDOUT_FILENO);
	}
	if (told || a->jobs >= CREW_JOBS || s->traffic.reader.excess ||
	    s->traffic.reader.protocol_status != FASTCGI_COMPLETE)
		crew_send_away(a);
}

/* Not read to its end, not answered, still to be done; and all of it is here
 * to be sent again. */
static bool
is_untouched(const struct slot *s)
{
	return s->traffic.cut_short && s->traffic.whole &&
	       !s->traffic.reader.begun && s->deadline_ms >= 0 &&
	       s->trouble[0] == '\0';
}

static bool
may_connect_again(const struct slot *s)
{
	return s->app->kept >= 2 && is_untouched(s);
}

/* It lives, but has dropped a connection that it had kept: a new one, or, where
 * it listens no more, a new application. */
static bool
connect_again(struct slot *s)
{
	struct err e = ERR_INIT;

	if (!may_connect_again(s))
		return false;
	s->lost_ms = -1;
	if (app_connect(s->app, &s->traffic.process, &e) == ERR_OK) {
		traffic_again(&s->traffic);
		s->app->kept = 1;
	} else {
		s->replacing = true;
		slot_kill(s);
	}
	return true;
}

static void
check_connection(struct slot *s)
{
	int64_t now = clock_mono_ms();

	if (s->traffic.process.fd[STDOUT_FILENO] >= 0 || s->replacing)
		return;
	if (s->lost_ms < 0)
		s->lost_ms = now + (may_connect_again(s) ? AGAIN_MS : LOST_MS);
	else if (now >= s->lost_ms && !connect_again(s))
		blame(s, "it closed the connection in the middle of the job");
}

static void
check_cpu(struct slot *s)
{
	int64_t now = clock_mono_ms();

	if (s->cpu_look_ms < 0 || now < s->cpu_look_ms)
		return;
	s->cpu_look_ms = now + CPU_LOOK_MS;
	if (process_cpu_ms(&s->traffic.process) - s->cpu_start_ms <
	    s->cpu_limit_ms)
		return;
	s->cpu_look_ms = -1;
	process_signal(&s->traffic.process, SIGXCPU);
	if (s->kill_ms < 0)
		s->kill_ms = now + CPU_GRACE_MS;
}

void
slot_fcgi_step(struct slot *s)
{
	const struct fastcgi_reader *r = &s->traffic.reader;

	if (r->ended) {
		take_end(s);
		put_to_rest(s);
		slot_end_job(s);
		return;
	}
	if (r->why.code != ERR_OK)
		blame(s, r->why.text);
	check_connection(s);
	check_cpu(s);
}

int64_t
slot_fcgi_wakes_at(const struct slot *s)
{
	int64_t at = INT64_MAX;

	if (s->lost_ms >= 0 && s->trouble[0] == '\0') /* else it was killed */
		at = s->lost_ms;
	if (s->cpu_look_ms >= 0 && s->cpu_look_ms < at)
		at = s->cpu_look_ms;
	return at;
}

/* It left by itself, as one does that counts its jobs, or was made to. */
static bool
replace(struct slot *s)
{
	bool left = s->exit_code == 0 && s->signal == 0;
	struct err e = ERR_INIT;

	if (s->app->jobs < 2 || !is_untouched(s) || !(left || s->replacing))
		return false;
	if (crew_replace(&s->crew, s->app, &e) != ERR_OK) {
		snprintf(s->trouble, sizeof(s->trouble), "%s", e.text);
		return false;
	}
	traffic_again(&s->traffic);
	put_to_work(s);
	s->phase = PHASE_RUNNING;
	return true;
}

bool
slot_fcgi_ended(struct slot *s)
{
	const struct fastcgi_reader *r = &s->traffic.reader;

	if (r->ended)
		take_end(s);
	else if (replace(s))
		return true;
	else if (r->why.code != ERR_OK)
		blame(s, r->why.text);
	else if (s->exit_code == 0 && s->signal == 0)
		blame(s, "it ended in the middle of the job");
	app_forget(s->app);
	return false;
}
