/*
 * --try: everything that a handler is to find when it is started.
 *
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "batch/lockfile.h"
#include "batch/trial.h"

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

enum err_code
trial_prepare(struct trial *t, struct err *e)
{
	enum err_code code;

	if ((code = trial_limits(t, e)) != ERR_OK ||
	    (code = user_find(t->options->config.handler_user, &t->user, e)) !=
		ERR_OK ||
	    (code = find_program(t, e)) != ERR_OK)
		return code;
	if (t->handler.kind == HANDLER_SQL)
		return t->options->variables.len == 0 ?
			   read_body(t, e) :
			   err_set(e, ERR_CONFIG,
			       "--variable is for programs: a statement sees no "
			       "variables but in job_in_hand.request");
	if ((code = place_tmp(t, e)) != ERR_OK ||
	    (code = read_body(t, e)) != ERR_OK)
		return code;
	return build_environment(t, e);
}
