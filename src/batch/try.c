/*
 * --try.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/try.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "batch/guardian.h"
#include "batch/lockfile.h"
#include "batch/report.h"
#include "handler/environment.h"
#include "handler/escape.h"
#include "handler/find.h"
#include "handler/slot.h"

/* A queue's limits as they are where the DBA has set nothing. */
#define TIME_LIMIT_MS 3600000
#define MAX_OUTPUT 1073741824
#define MAX_ATTEMPTS 3

struct trial {
	const struct options *options;
	struct handler handler;
	char *tmp, *lock;
	char directory[PATH_MAX];
	int lock_fd;
	struct user user;
	FILE *body;   /* of the submission */
	FILE *output; /* of the answer, where it is long */
	int64_t size;
	uint8_t digest[DIGEST_LEN];
	char **env;
};

/* stdin as a file whose size is known; its digest. */
static enum err_code
read_body(struct trial *t, struct err *e)
{
	struct digest *d = digest_new();
	char block[65536];
	size_t n;

	if ((t->body = tmpfile()) == NULL) {
		digest_free(d);
		return err_set(e, ERR_IO, "cannot make a temporary file: %s",
		    strerror(errno));
	}
	while ((n = fread(block, 1, sizeof(block), stdin)) > 0) {
		digest_add(d, block, n);
		t->size += (int64_t)n;
		if (fwrite(block, 1, n, t->body) != n)
			break;
	}
	digest_end(d, t->digest);
	digest_free(d);
	if (ferror(stdin) || fflush(t->body) != 0)
		return err_set(
		    e, ERR_IO, "cannot copy stdin: %s", strerror(errno));
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

/* A queue's name, or a path, which is then held to the same rules. */
static enum err_code
find_program(struct trial *t, struct err *e)
{
	const char *name = t->options->handler, *last = strrchr(name, '/');
	char *slash;

	if (!absolute(last == NULL ? t->options->config.handler_dir : name,
		t->directory, sizeof(t->directory)))
		return err_set(
		    e, ERR_CONFIG, "%.200s: not a usable path", name);
	if (last == NULL)
		return find_handler(t->directory, name, &t->handler, e);
	slash = strrchr(t->directory, '/');
	slash[slash == t->directory] = '\0';
	return find_handler(t->directory, last + 1, &t->handler, e);
}

static enum err_code
build_environment(struct trial *t, struct err *e)
{
	int64_t now = clock_wall_us();
	struct environment_facts f = {
		.request = SLICE_LIT("{\"REQUEST_URI\": \"/\"}"),
		.request_fields = SLICE_LIT("[]"),
		.type = slice_str(t->options->type),
		.size = t->size,
		.program = t->handler.path,
		.tmp = t->tmp,
		.id = uuid_v7(now / 1000, 0),
		.attempt = 1,
		.max_attempts = MAX_ATTEMPTS,
		.accepted_us = now,
		.deadline_us = now + (int64_t)TIME_LIMIT_MS * 1000,
		.digest = slice_mem(t->digest, sizeof(t->digest)),
		.state = SLICE_NONE,
	};

	return environment_new(&f, &t->env, e);
}

static void
move_bytes(struct trial *t, struct slot *s)
{
	static char block[SLOT_INPUT_SIZE];
	struct slice data;
	int seq;

	while (slot_wants_input(s))
		slot_feed(s,
		    slice_mem(block, fread(block, 1, sizeof(block), t->body)));
	while (slot_output(s, &data, &seq)) {
		if (t->output == NULL && (t->output = tmpfile()) == NULL) {
			slot_output_refused(s);
			return;
		}
		fwrite(data.ptr, 1, data.len, t->output);
		slot_output_taken(s);
	}
}

static enum err_code
run_handler(
    struct trial *t, struct slot *s, struct slot_outcome *out, struct err *e)
{
	struct slot_job j = {
		.program = t->handler.path,
		.directory = t->directory,
		.tmp = t->tmp,
		.env = t->env,
		.size = t->size,
		.time_limit_ms = TIME_LIMIT_MS,
		.max_output = MAX_OUTPUT,
		.user = &t->user,
	};
	struct pollfd fds[SLOT_FDS];
	enum err_code code;
	int n;

	if ((code = slot_start(s, &j, e)) != ERR_OK)
		return code;
	for (move_bytes(t, s); !slot_done(s, out); move_bytes(t, s)) {
		n = slot_poll(s, fds);
		if (poll(fds, (nfds_t)n, slot_timeout_ms(s)) == -1)
			for (int i = 0; i < n; i++)
				fds[i].revents = 0;
		slot_step(s, fds, n);
	}
	return ERR_OK;
}

static void
print_environment(const struct trial *t)
{
	char *const *v;
	int column = 0, len;

	printf("environment  ");
	for (v = t->env; *v != NULL; v++) {
		len = (int)strcspn(*v, "=");
		if (column > 0 && column + len > 64) {
			printf("\n             ");
			column = 0;
		}
		printf("%.*s ", len, *v);
		column += len + 1;
	}
	printf("\nlimits       time %d s, answer %d bytes (a queue's defaults)"
	       "\n",
	    TIME_LIMIT_MS / 1000, MAX_OUTPUT);
}

/* [["Name", "value"], ...] as lines. */
static void
print_fields(struct slice fields)
{
	json_t *list = json_loadb(fields.ptr, fields.len, 0, NULL), *field;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		field = json_array_get(list, i);
		printf("%-12s %s: %s\n", i == 0 ? "header" : "",
		    json_string_value(json_array_get(field, 0)),
		    json_string_value(json_array_get(field, 1)));
	}
	json_decref(list);
}

static void
print_outcome(const struct trial *t, const struct slot_outcome *o)
{
	static const char *const words[] = {
		[RESULT_SUCCESSFUL] = "successful",
		[RESULT_FAILED] = "failed for good",
		[RESULT_RETRY] = "to be tried again",
		[RESULT_CONTINUE] = "to be continued in the next run",
	};

	printf("handler      %s\n", t->handler.path);
	print_environment(t);
	printf("outcome      %s: %d %s, by %s, after %.3f s\n",
	    words[o->result], o->status, o->reason,
	    o->by_handler ? "the handler" : "nightdrop",
	    (double)(o->ended_us - o->started_us) / 1e6);
	if (o->signal != 0)
		printf("process      killed by signal %d\n", o->signal);
	else
		printf("process      exit %d\n", o->exit_code);
	printf("body sent    %" PRId64 " bytes\n", t->size);
	print_fields(o->fields);
	if (o->log.len > 0)
		printf("stderr       %zu bytes:\n%.*s%s", o->log.len,
		    (int)o->log.len, o->log.ptr,
		    o->log.ptr[o->log.len - 1] == '\n' ? "" : "\n");
	printf("body         %" PRId64 " bytes:\n", o->size);
}

static void
print_body(struct trial *t, const struct slot_outcome *o)
{
	char block[65536];
	size_t n;

	if (t->output == NULL) {
		fwrite(o->body.ptr != NULL ? o->body.ptr : "", 1, o->body.len,
		    stdout);
		return;
	}
	rewind(t->output);
	while ((n = fread(block, 1, sizeof(block), t->output)) > 0)
		fwrite(block, 1, n, stdout);
}

static enum err_code
prepare(struct trial *t, struct err *e)
{
	enum err_code code;

	if ((code = user_find(t->options->config.handler_user, &t->user, e)) !=
		ERR_OK ||
	    (code = find_program(t, e)) != ERR_OK ||
	    (code = lockfile_new(
		 &t->options->config, &t->lock, &t->lock_fd, e)) != ERR_OK)
		return code;
	t->tmp = lockfile_tmp(t->lock, 0);
	if ((code = read_body(t, e)) != ERR_OK)
		return code;
	return build_environment(t, e);
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
	free(t->handler.path);
	free(t->tmp);
	free(t->lock);
	free(t->env);
}

int
try_main(const struct options *o)
{
	struct trial t = { .options = o, .lock_fd = -1 };
	struct escape *escape = escape_new();
	struct slot *slot = slot_new(escape);
	struct slot_outcome out;
	struct err e = ERR_INIT;
	int code = EXIT_SUCCESS;

	signal(SIGPIPE, SIG_IGN);
	if (prepare(&t, &e) != ERR_OK ||
	    run_handler(&t, slot, &out, &e) != ERR_OK) {
		code = report_error(&e);
	} else {
		print_outcome(&t, &out);
		print_body(&t, &out);
	}
	slot_free(slot);
	escape_free(escape);
	trial_fini(&t);
	return code;
}
