/*
 * --check.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "batch/guardian.h"
#include "batch/handlers.h"
#include "batch/lockfile.h"
#include "batch/open.h"
#include "batch/scope.h"
#include "batch/statement.h"
#include "handler/user.h"

#define PATIENCE_MS 10000
#define CLOCK_MOST_US 5000000

struct check {
	const struct options *options;
	struct conn *conn;
	struct user user; /* as far as it was found */
	int exit_code;	  /* the worst so far: 78 over 75 over 0 */
};

static void say(struct check *c, int code, const char *what, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

static void
say(struct check *c, int code, const char *what, const char *fmt, ...)
{
	va_list ap;

	printf("%-6s %-14s ", code == 0 ? "ok" : "FAILED", what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (code > c->exit_code)
		c->exit_code = code;
}

static int
code_of(const struct err *e)
{
	return e->code == ERR_DB_AWAY || e->code == ERR_UNKNOWN ||
		       e->code == ERR_BUSY || e->code == ERR_READ_ONLY ?
		   EXIT_TEMP :
		   EXIT_CONF;
}

static void
check_run_dir(struct check *c)
{
	const char *dir = c->options->config.run_dir;
	struct err e = ERR_INIT;
	char *path;
	int fd;

	if (lockfile_new(&c->options->config, &path, &fd, &e) != ERR_OK) {
		say(c, EXIT_CONF, "run_dir", "%s", e.text);
		return;
	}
	unlink(path);
	close(fd);
	free(path);
	say(c, 0, "run_dir", "%s can be written", dir);
}

static void
check_user(struct check *c)
{
	const char *name = c->options->config.handler_user;
	struct err e = ERR_INIT;

	if (user_find(name, &c->user, &e) != ERR_OK)
		say(c, EXIT_CONF, "handler_user", "%s", e.text);
	else if (c->user.other)
		say(c, 0, "handler_user", "handlers run as %s", name);
}

/* conn itself looks at schema version, instance, and standby. */
static bool
check_database(struct check *c)
{
	struct err e = ERR_INIT;
	struct params p;
	struct rows *rows;
	int64_t before = 0, off = 0;
	bool moved = false;
	int i;

	for (i = 0; i < 2; i++) { /* the first one also connects */
		params_init(&p);
		before = clock_wall_us();
		conn_call(c->conn, STMT_HELLO, &p,
		    clock_mono_ms() + PATIENCE_MS, CALL_REPEAT, &rows, &e);
		params_fini(&p);
		if (e.code != ERR_OK) {
			say(c, code_of(&e), "database", "%s", e.text);
			return false;
		}
		off = rows_time(rows, 0, 2) - (before + clock_wall_us()) / 2;
		if (i == 1)
			say(c, 0, "database",
			    "schema version %d, instance "
			    "%.*s",
			    rows_int4(rows, 0, 0),
			    (int)rows_text(rows, 0, 1).len,
			    rows_text(rows, 0, 1).ptr);
		moved = rows_bool(rows, 0, 4);
		rows_free(rows);
	}
	if (moved && open_moved(&e) != ERR_OK)
		say(c, EXIT_CONF, "original", "%s", e.text);
	if (llabs((long long)off) >= CLOCK_MOST_US)
		say(c, EXIT_CONF, "clock",
		    "%.1f s away from the database's; "
		    "let both hosts synchronise (chrony)",
		    (double)off / 1e6);
	else
		say(c, 0, "clock", "%.3f s from the database's",
		    (double)off / 1e6);
	return true;
}

static void
check_handlers(struct check *c)
{
	struct handlers *h =
	    handlers_new(c->options->config.handler_dir, &c->user);
	struct scope scope = { .len = 0 };
	struct err e = ERR_INIT, wrong = ERR_INIT;
	const struct handler *found;
	const char *why, *name;
	size_t i;

	if (scope_read(&scope, c->conn, c->options,
		clock_mono_ms() + PATIENCE_MS, &e) != ERR_OK)
		say(c, code_of(&e), "queues", "%s", e.text);
	else
		say(c, 0, "privileges", "the role may call what a run calls");
	for (i = 0; e.code == ERR_OK && i < scope.len; i++) {
		name = scope.queue[i].name;
		found = handlers_find(h, slice_str(name), &why);
		if (found != NULL && found->kind == HANDLER_SQL &&
		    statement_check(c->conn, name, found->path,
			clock_mono_ms() + PATIENCE_MS, &wrong) != ERR_OK) {
			say(c, code_of(&wrong), "handler", "%s: %s", name,
			    wrong.text);
			continue;
		}
		say(c, found != NULL ? 0 : EXIT_CONF, "handler", "%s: %s%s%s",
		    name, found != NULL ? found->path : why,
		    found != NULL ? handler_note(found->kind) : "",
		    scope.queue[i].held ? " (the queue is held)" : "");
	}
	scope_fini(&scope);
	handlers_free(h);
}

int
check_main(const struct options *o)
{
	struct conn_options database = {
		.conninfo = o->config.database,
		.application = "nightdrop-batch --check",
		.instance = o->config.instance,
		.connect_ms = PATIENCE_MS,
		.read_write = true,
	};
	struct check c = { .options = o, .conn = conn_new(&database) };

	const char *file =
	    o->file != NULL ? o->file : getenv("NIGHTDROP_CONFIG");

	say(&c, 0, "configuration", "%s",
	    file != NULL ? file : CONFIG_DEFAULT_PATH ", where it exists");
	check_run_dir(&c);
	check_user(&c);
	if (check_database(&c))
		check_handlers(&c);
	conn_free(c.conn);
	return c.exit_code;
}
