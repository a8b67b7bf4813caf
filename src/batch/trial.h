/*
 * What --try knows; only for the files try*.c.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_TRIAL_H
#define ND_BATCH_TRIAL_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/err.h"
#include "batch/options.h"
#include "handler/environment.h"
#include "handler/find.h"
#include "handler/slot.h"
#include "handler/user.h"

struct trial_limits { /* by the names that a queue has for them; 0: none */
	int64_t time_limit; /* ms */
	int64_t cpu_limit;  /* ms */
	int64_t memory_limit, max_output, max_files, max_attempts;
};

struct trial {
	const struct options *options;
	struct handler handler;
	char directory[PATH_MAX]; /* where it lies */
	struct user user;
	char *lock, *tmp;
	int lock_fd;
	FILE *body; /* of the submission */
	int64_t size;
	uint8_t digest[DIGEST_LEN];
	json_t *request; /* the variables of the request */
	json_t *fields;	 /* names of those that the queue would list */
	struct environment_facts facts;
	struct trial_limits limits;
	char **env;
	FILE *output; /* of the answer, where it is long */
	int stops;    /* signals that have come */
};

/* try_prepare.c: all but handler, body and limits only for a program. */
enum err_code trial_prepare(struct trial *t, struct err *e);

/* try_given.c: facts and limits as a queue has them, then what --variable and
 * --limit say.  ERR_CONFIG names what cannot be. */
enum err_code trial_variables(struct trial *t, struct err *e);
enum err_code trial_limits(struct trial *t, struct err *e);
/* Did the handler's environment take each --variable? */
enum err_code trial_variables_taken(const struct trial *t, struct err *e);
/* "time_limit 3600 s, ..." */
void trial_limits_print(const struct trial *t);

/* try_statement.c: a .sql handler, instead of all the rest; body and limits
 * are there.  The exit code; where it could not be run, e says why. */
int try_statement(struct trial *t, struct err *e);

/* try_report.c: before it runs; what it says meanwhile; what came of it. */
void trial_print_start(const struct trial *t);
void trial_print_progress(const char *text);
void trial_print_end(const struct trial *t, const struct slot_outcome *o);

#endif
