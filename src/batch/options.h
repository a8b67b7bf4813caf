/*
 * The command line of nightdrop-batch.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_OPTIONS_H
#define ND_BATCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/err.h"
#include "batch/window.h"

enum mode {
	MODE_RUN,
	MODE_CHECK,
	MODE_TRY,
	MODE_ADOPT,
	MODE_PLAN,
	MODE_PRINT_CONFIG,
	MODE_HELP,
	MODE_VERSION
};

struct words { /* of an option that may be given more than once */
	const char *word[32];
	size_t len;
};

struct options {
	enum mode mode;
	bool quiet;
	unsigned report;  /* enum report_how, quiet included */
	unsigned ways;	  /* enum run_way: --join, --resume, --daily */
	int64_t stale_ms; /* --stale; -1: none */
	int64_t drain_ms; /* --drain */
	char until[WINDOW_TEXT_SIZE]; /* --until, for the database; "": none */
	const char *file;	      /* configuration */
	char *queues;		      /* the text that scope points into */
	const char **scope;	      /* queues to run; NULL: all */
	size_t scope_len;
	int64_t plan_most;   /* --plan: jobs that are listed, a queue */
	const char *reason;  /* --adopt */
	const char *handler; /* --try: a path, or a queue's name */
	const char *type;    /* --type; NULL: none */
	struct words variables, limits; /* NAME=VALUE, for --try */
	struct config config;
};

/* Reads the options and the configuration (not for --help and --version).
 * ERR_CONFIG names what is wrong.  Fini in any case. */
enum err_code options_read(
    struct options *o, int argc, char **argv, struct err *e);
void options_fini(struct options *o);

#endif
