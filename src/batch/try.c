/*
 * --try: one handler, run by the same slot that runs it at night.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/try.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "batch/guardian.h"
#include "batch/lockfile.h"
#include "batch/trial.h"
#include "handler/escape.h"

#define LOOK_MS 1000 /* between two looks at whether a signal has come */

/* A signal handler has nothing but file scope. */
static volatile sig_atomic_t signals;

static void
on_signal(int sig)
{
	(void)sig;
	signals = signals + 1;
}

static void
set_signals(void (*handler)(int))
{
	static const int caught[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction sa = { .sa_handler = handler };

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &sa, NULL);
}

static enum err_code
move_bytes(struct trial *t, struct slot *s, struct err *e)
{
	static char block[SLOT_INPUT_SIZE];
	struct slice data;
	int seq;

	while (slot_wants_input(s))
		slot_feed(s,
		    slice_mem(block, fread(block, 1, sizeof(block), t->body)));
	while (slot_output(s, &data, &seq)) {
		if ((t->output == NULL && (t->output = tmpfile()) == NULL) ||
		    fwrite(data.ptr, 1, data.len, t->output) != data.len)
			return err_set(e, ERR_IO,
			    "its answer cannot be kept in a temporary file: "
			    "%s",
			    strerror(errno));
		slot_output_taken(s);
	}
	return ERR_OK;
}

/* The first signal is to it as the end of a night, the second one KILL. */
static void
pass_signals(struct trial *t, struct slot *s)
{
	int n = signals;

	if (n > t->stops)
		(t->stops == 0 && n == 1 ? slot_stop : slot_kill)(s);
	t->stops = n;
}

static enum err_code
run_handler(
    struct trial *t, struct slot *s, struct slot_outcome *out, struct err *e)
{
	struct slot_job j = {
		.kind = t->handler.kind,
		.id = t->facts.id,
		.program = t->handler.path,
		.directory = t->directory,
		.tmp = t->tmp,
		.env = t->env,
		.size = t->size,
		.time_limit_ms = t->limits.time_limit,
		.cpu_limit_s = (t->limits.cpu_limit + 999) / 1000,
		.memory_limit = t->limits.memory_limit,
		.max_output = t->limits.max_output,
		.max_files = t->limits.max_files,
		.user = &t->user,
	};
	struct pollfd fds[SLOT_FDS];
	enum err_code code = slot_start(s, &j, e);
	const char *progress;
	int n, ms;

	while (code == ERR_OK && (code = move_bytes(t, s, e)) == ERR_OK &&
	       !slot_done(s, out)) {
		pass_signals(t, s);
		n = slot_poll(s, fds);
		ms = slot_timeout_ms(s);
		if (ms < 0 || ms > LOOK_MS)
			ms = LOOK_MS;
		if (poll(fds, (nfds_t)n, ms) == -1)
			for (int i = 0; i < n; i++)
				fds[i].revents = 0;
		slot_step(s, fds, n);
		if ((progress = slot_progress(s)) != NULL)
			trial_print_progress(progress);
	}
	return code;
}

static void
trial_fini(struct trial *t)
{
	if (t->lock != NULL) {
		unlink(t->lock);
		close(t->lock_fd);
	}
	if (t->body != NULL)
		fclose(t->body);
	if (t->output != NULL)
		fclose(t->output);
	json_decref(t->request);
	json_decref(t->fields);
	free(t->handler.path);
	free(t->tmp);
	free(t->lock);
	free(t->env);
}

static int
run_trial(struct trial *t, struct slot *s, struct err *e)
{
	struct slot_outcome out;

	trial_print_start(t);
	if (run_handler(t, s, &out, e) != ERR_OK)
		return EXIT_TEMP;
	trial_print_end(t, &out);
	return out.result == RESULT_SUCCESSFUL ||
		       out.result == RESULT_CONTINUE ?
		   EXIT_SUCCESS :
		   EXIT_FAILURE;
}

int
try_main(const struct options *o)
{
	struct trial t = { .options = o, .lock_fd = -1 };
	struct escape *escape = escape_new();
	struct slot *slot = slot_new(escape);
	struct err e = ERR_INIT;
	int code;

	signal(SIGPIPE, SIG_IGN);
	set_signals(on_signal);
	if (trial_prepare(&t, &e) != ERR_OK) {
		code = e.code == ERR_IO ? EXIT_TEMP : EXIT_CONF;
	} else if (t.handler.kind == HANDLER_SQL) {
		set_signals(SIG_DFL); /* nothing of it stays */
		code = try_statement(&t, &e);
	} else {
		code = run_trial(&t, slot, &e);
	}
	if (e.code != ERR_OK) {
		fflush(stdout);
		fprintf(stderr, "nightdrop-batch: %s\n", e.text);
	}
	slot_free(slot);
	escape_free(escape);
	trial_fini(&t);
	return code;
}
