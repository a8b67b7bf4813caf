/*
 * What a report remembers; for report.c and the two forms it is written in.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_REPORT_IMPL_H
#define ND_BATCH_REPORT_IMPL_H

#include "batch/report.h"

struct report_failure {
	struct uuid id;
	char queue[64];
	int status;
	char reason[128];
	bool by_handler;
	int exit_code, signal; /* exit_code -1: none, or killed by signal */
	char first[160];       /* first line of its stderr; "" */
};

struct report {
	int slots;
	unsigned how; /* enum report_how */
	char *note[REPORT_NOTES];
	int notes; /* said; those beyond REPORT_NOTES are only counted */
	bool loud; /* one of them was a warning */
	struct report_failure failed[REPORT_FAILED];
	int64_t failures;
};

/* rows: run_leave's answer, of which l was read. */
void report_text(const struct report *r, const struct run_ledger *l,
    const struct rows *rows);
void report_json(const struct report *r, const struct run_ledger *l,
    const struct rows *rows);
void report_json_idle(const char *why);

/* "14 min 48 s", "3 h 05 min", "1.4 s", "20 ms" */
#define DURATION_TEXT_SIZE 32
void duration_text(int64_t us, char *out, size_t size);

#endif
