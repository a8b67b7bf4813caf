/*
 * The settings of both programs: one typed table that parses, checks, prints
 * and documents them.  Order of precedence: options, environment
 * (NIGHTDROP_NAME), file, default.
 *
 * File: "name = value" a line, # begins a comment line; value may be quoted
 * with "".  A name that is not known is an error.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_CONFIG_H
#define ND_BASE_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/slice.h"

#define CONFIG_DEFAULT_PATH "/etc/nightdrop/nightdrop.conf"

struct config {
	char *database;	       /* libpq connection string */
	char *instance;	       /* id the database must have; "": any */
	char *prefix;	       /* path below which the responder lives; "" */
	char *base_url;	       /* scheme://authority for absolute links; "" */
	char *allowed_origins; /* whose pages may see answers; "" */
	char *listen; /* unix:/path or host:port; "": the socket on fd 0 */
	int64_t socket_mode;  /* octal, of a unix socket */
	char *socket_group;   /* of a unix socket; "": ours */
	int64_t threads;      /* 0: 32 with a listener of our own, else 1 */
	int64_t connections;  /* database connections beside the grouped one */
	int64_t inline_limit; /* bytes of a body that is stored in the row */
	int64_t deadline_ms;  /* by when a request is answered, come what may */
	char *log;	      /* syslog, stderr, or a file */
	char *handler_dir;
	char *handler_user;
	char *run_dir; /* lock files and handlers' temporary directories */
	int64_t jobs;  /* handlers at once */
	int64_t lease; /* seconds that a worker may be cut off */
};

/* Defaults, then the file, then the environment.  path NULL: NIGHTDROP_CONFIG
 * or CONFIG_DEFAULT_PATH, and a missing default file is no error.  *e is the
 * first error; all other settings are taken all the same, so that it can be
 * told where 'log' says. */
enum err_code config_load(struct config *c, const char *path, struct err *e);
void config_fini(struct config *c);

/* One setting by name, from an option.  ERR_CONFIG names it, its value, what
 * is allowed. */
enum err_code config_set(
    struct config *c, const char *name, struct slice value, struct err *e);

/* Every setting as the file would have it, with its meaning as a comment.
 * A password in database is not shown. */
void config_print(const struct config *c, FILE *f);

#endif
