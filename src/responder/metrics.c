/*
 * GET /metrics: the database's figures, for Prometheus and its like.
 *
 * What this process did itself is not told: there are many such processes, and
 * which one answers is chance.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>

#include "db/rows.h"
#include "http/exposition.h"
#include "queue/monitor.h"
#include "responder/document.h"
#include "responder/resource.h"

#define PREFIX "nightdrop_"
#define NAME_SIZE 80

/* What metrics() may answer.  detail: the label of its column of that name. */
static const struct metric {
	const char *name, *type, *detail, *help;
} metrics[] = {
	{ "queue_waiting", "gauge", NULL, "Jobs that wait." },
	{ "queue_waiting_bytes", "gauge", NULL,
	    "Bytes of the jobs that wait, as far as they are inline." },
	{ "queue_oldest_waiting_age_seconds", "gauge", NULL,
	    "Since when the oldest job at the head of the line waits." },
	{ "queue_reserved", "gauge", NULL,
	    "Jobs that a worker has taken and not started yet." },
	{ "queue_running", "gauge", NULL, "Jobs whose handler runs." },
	{ "queue_accepting", "gauge", NULL, "1: submissions are accepted." },
	{ "queue_held", "gauge", NULL, "1: no run takes its jobs." },
	{ "queue_late", "gauge", NULL,
	    "1: jobs wait, and a run is overdue by a whole interval." },
	{ "queue_run_open", "gauge", NULL, "1: a run is at work on it." },
	{ "queue_last_run_opened_timestamp_seconds", "gauge", NULL,
	    "When the last run was opened." },
	{ "queue_last_run_closed_timestamp_seconds", "gauge", NULL,
	    "When the last run that is over was closed." },
	{ "queue_last_run_balanced", "gauge", NULL,
	    "1: the ledger of that run adds up." },
	{ "queue_runs_total", "counter", NULL, "Runs closed." },
	{ "queue_jobs_total", "counter", "outcome",
	    "Jobs that runs brought to an end, as of the last close." },
	{ "queue_quotes_graded_total", "counter", NULL,
	    "Of those, jobs whose first quote named a latest time." },
	{ "queue_quotes_hit_total", "counter", NULL,
	    "Of those graded, jobs that were final by then." },
	{ "events_total", "counter", "kind",
	    "Events on record: stale results, lost workers and jobs, runs "
	    "resumed or unbalanced." },
	{ "partitions_ahead_months", "gauge", NULL,
	    "Months after this one for which there are tables." },
	{ "late", "gauge", NULL, "1: some queue is late." },
	{ "unbalanced", "gauge", NULL,
	    "1: the last run of some queue did not balance." },
};

static const struct metric *
metric_find(struct slice name)
{
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		if (slice_eq_str(name, metrics[i].name))
			return &metrics[i];
	return NULL;
}

static void
put_row(struct buf *b, const struct rows *rows, int i, const struct metric *m,
    const char *name)
{
	struct exposition_label labels[] = {
		{ "queue", rows_text(rows, i, 1) },
		{ m->detail, rows_text(rows, i, 2) },
	};

	exposition_sample(
	    b, name, labels, m->detail != NULL ? 2 : 1, rows_text(rows, i, 3));
}

/* A figure that this program does not know is a newer schema's: left out. */
static void
put_metrics(struct buf *b, const struct rows *rows)
{
	const struct metric *last = NULL;
	char name[NAME_SIZE];

	exposition_metric(b, PREFIX "up", "gauge", "1: the database answers.");
	exposition_sample(b, PREFIX "up", NULL, 0, SLICE_LIT("1"));
	for (int i = 0; i < rows_count(rows); i++) {
		const struct metric *m = metric_find(rows_text(rows, i, 0));

		if (m == NULL)
			continue;
		snprintf(name, sizeof(name), PREFIX "%s", m->name);
		if (m != last)
			exposition_metric(b, name, m->type, m->help);
		put_row(b, rows, i, m, name);
		last = m;
	}
}

enum err_code
metrics_get(struct call *c, struct err *e)
{
	struct rows *rows = NULL;
	struct buf b;
	enum err_code code;

	code = monitor_metrics(c->x->store, c->x->deadline_ms, &rows, e);
	if (code != ERR_OK)
		return code;
	buf_init(&b, 16 * DOCUMENT_LIMIT);
	put_metrics(&b, rows);
	rows_free(rows);
	if (b.failed) {
		code =
		    err_set(e, ERR_INTERNAL, "figures over %zu bytes", b.limit);
	} else {
		reply_start(&c->reply, 200, SLICE_NONE, CACHE_DOCUMENT);
		reply_send(&c->reply, EXPOSITION_TYPE, buf_view(&b));
	}
	buf_fini(&b);
	return code;
}
