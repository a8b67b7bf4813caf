/*
 * What cron mails in the morning: the run's ledger in plain words, or as one
 * JSON object for a program.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_REPORT_H
#define ND_BATCH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "base/uuid.h"
#include "db/rows.h"
#include "queue/run.h"
#include "queue/turn.h"

struct report;

enum report_how {
	REPORT_QUIET = 1, /* say nothing when all is well */
	REPORT_JSON = 2,
	REPORT_STRICT = 4 /* a failed job is a failed run */
};

struct report *report_new(int slots, unsigned how);
void report_free(struct report *r);

/* Things to say, in the order in which they happened; the first REPORT_NOTES
 * are kept.  A warning is said even where the report is to be quiet. */
#define REPORT_NOTES 20
void report_note(struct report *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void report_warn(struct report *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A job that failed for good: the first REPORT_FAILED are kept. */
#define REPORT_FAILED 10
void report_failed(
    struct report *r, struct slice queue, const struct turn_finish *f);

/* Print it all to stdout; quiet: only where all is not well.  rows: run_leave's
 * answer.  Returns the exit code. */
int report_print(const struct report *r, const struct rows *rows);

/* There was nothing to do, and this is why; nothing where it is to be quiet. */
void report_idle(const struct report *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What stopped the program, and what to do, on stderr; its exit code. */
int report_error(const struct err *e);

#endif
