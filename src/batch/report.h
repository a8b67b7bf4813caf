/*
 * What cron mails in the morning: the run's ledger in plain words.
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

struct report;

struct report *report_new(int slots);
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
void report_failed(struct report *r, const struct uuid *id, struct slice queue,
    int status, struct slice reason, bool by_handler);

/* Print it all to stdout; quiet: only where all is not well.  rows: run_leave's
 * answer.  Returns the exit code. */
int report_print(const struct report *r, const struct rows *rows, bool quiet);

/* What stopped the program, on stderr; its exit code. */
int report_error(const struct err *e);

#endif
