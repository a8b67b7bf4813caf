/*
 * --adopt.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/adopt.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "batch/guardian.h"
#include "batch/report.h"
#include "db/conn.h"

#define CONNECT_MS 10000
#define CALL_MS 3600000 /* it closes runs, and counts what waits */

static void
print_lines(const struct rows *rows)
{
	struct slice line;
	int i;

	for (i = 0; i < rows_count(rows); i++) {
		line = rows_text(rows, i, 0);
		printf("%.*s\n", (int)line.len, line.ptr);
	}
}

/* Once: repeated, it would make one more instance.  The instance that the
 * configuration names is the original's, and is not asked for. */
int
adopt_main(const struct options *o)
{
	struct conn_options database = {
		.conninfo = o->config.database,
		.application = "nightdrop-batch --adopt",
		.connect_ms = CONNECT_MS,
		.read_write = true,
	};
	struct conn *c = conn_new(&database);
	struct err e = ERR_INIT;
	struct params p;
	struct rows *rows;
	int code = EXIT_SUCCESS;

	params_init(&p);
	params_text(&p, slice_str(o->reason));
	if (conn_call(c, STMT_ADOPT, &p, clock_mono_ms() + CALL_MS, CALL_ONCE,
		&rows, &e) == ERR_OK) {
		print_lines(rows);
		rows_free(rows);
	} else {
		code = report_error(&e);
	}
	if (e.code == ERR_CONFLICT)
		code = EXIT_TEMP;
	params_fini(&p);
	conn_free(c);
	return code;
}
