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
#include <time.h>
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
catch_signals(void)
{
	static const int caught[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

/* stdin as a file whose size is known; its digest. */
static enum err_code
read_body(struct trial *t, struct err *e)
{
	struct digest *d = digest_new();
	char block[65536];
	size_t n = 0;

	if (isatty(STDIN_FILENO))
		fputs(
		    "The job's body, from the terminal; ^D ends it:\n", stderr);
	if ((t->body = tmpfile()) != NULL)
		while ((n = fread(block, 1, sizeof(block), stdin)) > 0) {
			digest_add(d, block, n);
			t->size += (int64_t)n;
			if (fwrite(block, 1, n, t->body) != n)
				break;
		}
	digest_end(d, t->digest);
	digest_free(d);
	if (t->body == NULL || n > 0 || fflush(t->body) != 0)
		return err_set(e, ERR_IO,
		    "the body cannot be kept in a temporary file: %s",
		    strerror(errno));
	if (ferror(stdin))
		return err_set(
		    e, ERR_IO, "the body cannot be read: %s", strerror(errno));
	rewind(t->body);
	return ERR_OK;
}

static bool
absolute(const char *name, char *out, size_t size)
{
	char here[PATH_MAX];
	int n;

	if (name[0] == '/')
		n = snprintf(out, size, "%s", name);
	else if (getcwd(here, sizeof(here)) != NULL)
		n = snprintf(out, size, "%s/%s", here,
		    strncmp(name, "./", 2) == 0 ? name + 2 : name);
	else
		return false;
	return n > 0 && (size_t)n < size;
}

/* "report.sql" is the file of queue report. */
static const char *
queue_of(const char *file, char out[static NAME_MAX + 1])
{
	const char *ending = strrchr(file, '.');
	size_t len = strlen(file);

	if (ending != NULL &&
	    (strcmp(ending, ".fcgi") == 0 || strcmp(ending, ".sql") == 0))
		len = (size_t)(ending - file);
	snprintf(out, NAME_MAX + 1, "%.*s", (int)len, file);
	return out;
}

/* A queue's name, or a path, which is then held to the same rules. */
static enum err_code
find_program(struct trial *t, struct err *e)
{
	const char *name = t->options->handler, *last = strrchr(name, '/');
	char queue[NAME_MAX + 1], *slash;

	if (!absolute(last == NULL ? t->options->config.handler_dir : name,
		t->directory, sizeof(t->directory)))
		return err_set(
		    e, ERR_CONFIG, "%.200s: not a usable path", name);
	if (last == NULL) {
		if (find_handler(t->directory, name, &t->handler, e) !=
			ERR_OK &&
		    access(name, F_OK) == 0)
			fprintf(stderr,
			    "nightdrop-batch: for the file here: --try ./%s\n",
			    name);
		return e->code;
	}
	slash = strrchr(t->directory, '/');
	slash[slash == t->directory] = '\0';
	return find_handler(
	    t->directory, queue_of(last + 1, queue), &t->handler, e);
}

/* In run_dir, as at night.  Who writes a handler may have none: then where
 * temporary files are, and that is told. */
static enum err_code
place_tmp(struct trial *t, struct err *e)
{
	struct config c = t->options->config;
	char everybodys[] = "/tmp";
	struct err why = ERR_INIT;

	if (lockfile_new(&c, &t->lock, &t->lock_fd, &why) != ERR_OK) {
		fprintf(stderr,
		    "nightdrop-batch: run_dir, %s, is not to be written here; "
		    "this TMPDIR is in /tmp\n",
		    c.run_dir);
		c.run_dir = everybodys;
		if (lockfile_new(&c, &t->lock, &t->lock_fd, e) != ERR_OK)
			return e->code;
	}
	t->tmp = lockfile_tmp(t->lock, 0);
	return ERR_OK;
}

/* What the database knows at night, in its time zone, is made up here. */
static void
make_facts(struct trial *t)
{
	static char today[16];
	int64_t now = clock_wall_us();
	time_t seconds = (time_t)(now / 1000000);
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL ||
	    strftime(today, sizeof(today), "%Y-%m-%d", &tm) == 0)
		abort();
	t->facts = (struct environment_facts) {
		.type = slice_str(t->options->type),
		.size = t->size,
		.program = t->handler.path,
		.tmp = t->tmp,
		.id = uuid_v7(now / 1000, 0),
		.attempt = 1,
		.max_attempts = (int)t->limits.max_attempts,
		.business_date = today,
		.accepted_us = now,
		.deadline_us = now + t->limits.time_limit * 1000,
		.digest = slice_mem(t->digest, sizeof(t->digest)),
		.state = SLICE_NONE,
	};
}

static enum err_code
build_environment(struct trial *t, struct err *e)
{
	char *request, *fields;
	enum err_code code;

	make_facts(t);
	if ((code = trial_variables(t, e)) != ERR_OK)
		return code;
	request = json_dumps(t->request, JSON_COMPACT);
	fields = json_dumps(t->fields, JSON_COMPACT);
	if (request == NULL || fields == NULL)
		abort();
	t->facts.request = slice_str(request);
	t->facts.request_fields = slice_str(fields);
	code = environment_new(&t->facts, &t->env, e);
	free(request);
	free(fields);
	return code == ERR_OK ? trial_variables_taken(t, e) : code;
}

static enum err_code
prepare(struct trial *t, struct err *e)
{
	enum err_code code;

	if ((code = trial_limits(t, e)) != ERR_OK ||
	    (code = user_find(t->options->config.handler_user, &t->user, e)) !=
		ERR_OK ||
	    (code = find_program(t, e)) != ERR_OK)
		return code;
	if (t->handler.kind == HANDLER_SQL)
		return read_body(t, e);
	if ((code = place_tmp(t, e)) != ERR_OK ||
	    (code = read_body(t, e)) != ERR_OK)
		return code;
	return build_environment(t, e);
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

	catch_signals();
	if (prepare(&t, &e) == ERR_OK)
		code = t.handler.kind == HANDLER_SQL ? try_statement(&t, &e) :
						       run_trial(&t, slot, &e);
	else
		code = e.code == ERR_IO ? EXIT_TEMP : EXIT_CONF;
	if (e.code != ERR_OK) {
		fflush(stdout);
		fprintf(stderr, "nightdrop-batch: %s\n", e.text);
	}
	slot_free(slot);
	escape_free(escape);
	trial_fini(&t);
	return code;
}
