/*
 * The report as cron mails it.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "base/clock.h"
#include "batch/report_impl.h"

#define WIDTH 18 /* of the words on the left */

void
duration_text(int64_t us, char *out, size_t size)
{
	int64_t s = us / 1000000;

	if (s < 1)
		snprintf(out, size, "%" PRId64 " ms", us / 1000);
	else if (s < 10)
		snprintf(out, size, "%.1f s", (double)us / 1e6);
	else if (s < 60)
		snprintf(out, size, "%" PRId64 " s", s);
	else if (s < 3600)
		snprintf(out, size, "%" PRId64 " min %02" PRId64 " s", s / 60,
		    s % 60);
	else
		snprintf(out, size, "%" PRId64 " h %02" PRId64 " min", s / 3600,
		    s / 60 % 60);
}

static void
print_head(const struct report *r, const struct run_ledger *l)
{
	char at[TIME_TEXT_SIZE], took[32];

	printf("nightdrop-batch: run %" PRId64 ", %s: %" PRId64 " successful, "
	       "%" PRId64 " failed\n\n",
	    l->run,
	    !l->closed	? "left; other workers are still in it" :
	    l->balanced ? "balanced" :
			  "NOT BALANCED",
	    l->successful, l->failed);
	printf("  %-*s %s\n", WIDTH, "opened", time_rfc3339(l->opened, at));
	if (l->closed_at != TIME_NONE) {
		duration_text(l->closed_at - l->opened, took, sizeof(took));
		printf("  %-*s %s, after %s\n", WIDTH, "closed",
		    time_rfc3339(l->closed_at, at), took);
	}
	if (l->until != TIME_NONE)
		printf("  %-*s %s\n", WIDTH, "window until",
		    time_rfc3339(l->until, at));
	printf("  %-*s %d\n\n", WIDTH, "slots", r->slots);
}

static void
line(const char *what, int64_t n, const char *meaning)
{
	bool said = n != 0 && meaning[0] != '\0';

	printf("  %-*s %10" PRId64 "%s%s\n", WIDTH, what, n, said ? "  " : "",
	    said ? meaning : "");
}

static void
print_counts(const struct run_ledger *l)
{
	line("waiting before", l->waiting_at_open, "");
	line("taken", l->taken, "");
	line("  successful", l->successful, "");
	line("  failed", l->failed, "(for good)");
	line("  dismissed", l->dismissed, "");
	line("  given back", l->given_back, "");
	line("    to retry", l->retried,
	    "(attempts that will be, or were, tried again)");
	line("    put back", l->given_back - l->retried,
	    "(not begun, or stopped; for the next run)");
	line("lost", l->lost, "(attempts cut off with their worker)");
	if (!l->closed)
		return;
	line("accepted since", l->accepted_since, "(for the next run)");
	line("left waiting", l->left_waiting, "");
	if (l->until != TIME_NONE)
		line("  carried over", l->carried_over,
		    "(the window closed first)");
}

static int64_t
number(const json_t *queue, const char *name)
{
	return (int64_t)json_integer_value(json_object_get(queue, name));
}

static void
percentile(const json_t *queue, const char *name)
{
	const json_t *v = json_object_get(queue, name);
	char text[32] = "-";

	if (json_is_number(v))
		duration_text(
		    (int64_t)(json_number_value(v) * 1000), text, sizeof(text));
	printf(" %12s", text);
}

static void
print_queue(const json_t *q)
{
	const char *name = json_string_value(json_object_get(q, "queue"));
	int64_t graded = number(q, "graded");

	printf("  %-*s %10" PRId64 " %8" PRId64, WIDTH,
	    name == NULL ? "?" : name, number(q, "successful"),
	    number(q, "failed"));
	percentile(q, "p50_ms");
	percentile(q, "p95_ms");
	if (graded > 0)
		printf(" %9" PRId64 " of %" PRId64, number(q, "hits"), graded);
	else
		printf(" %12s", "-");
	if (number(q, "carried_over") > 0)
		printf("  %" PRId64 " carried over", number(q, "carried_over"));
	putchar('\n');
}

static void
print_queues(struct slice text)
{
	json_t *list =
	    text.ptr == NULL ? NULL : json_loadb(text.ptr, text.len, 0, NULL);
	size_t i;

	if (json_array_size(list) > 0)
		printf("\n  %-*s %10s %8s %12s %12s %12s\n", WIDTH, "queue",
		    "successful", "failed", "half within", "95% within",
		    "quotes kept");
	for (i = 0; i < json_array_size(list); i++)
		print_queue(json_array_get(list, i));
	json_decref(list);
}

static void
print_failure(const struct report_failure *f)
{
	char id[UUID_TEXT_LEN + 1];

	printf("    %s  %s  %d %s, by %s", uuid_format(&f->id, id), f->queue,
	    f->status, f->reason, f->by_handler ? "its handler" : "nightdrop");
	if (f->signal != 0)
		printf(", killed by signal %d", f->signal);
	else if (f->exit_code > 0)
		printf(", exit %d", f->exit_code);
	putchar('\n');
	if (f->first[0] != '\0')
		printf("      %s\n", f->first);
}

/* Also those that other workers of the run, or a recovery, brought to their
 * end: they are in the ledger, not here. */
static void
print_failed(const struct report *r, const struct run_ledger *l)
{
	int64_t i,
	    named = r->failures < REPORT_FAILED ? r->failures : REPORT_FAILED;
	char at[TIME_TEXT_SIZE];

	if (l->failed == 0)
		return;
	printf("\n  failed for good:\n");
	for (i = 0; i < named; i++)
		print_failure(&r->failed[i]);
	if (l->failed > named)
		printf("    %s%" PRId64 " %s\n", named > 0 ? "and " : "",
		    l->failed - named, named > 0 ? "more" : "jobs");
	printf("  look further, in psql:\n    select * from "
	       "nightdrop.failed_job where finished >= '%s' \\gx\n",
	    time_rfc3339(l->opened, at));
}

static void
print_notes(const struct report *r)
{
	int i;

	if (r->notes > 0)
		putchar('\n');
	for (i = 0; i < r->notes && i < REPORT_NOTES; i++)
		printf("  note: %s\n", r->note[i]);
	if (r->notes > REPORT_NOTES)
		printf("  note: and %d more\n", r->notes - REPORT_NOTES);
}

static void
print_trouble(const struct run_ledger *l, const struct rows *rows)
{
	int64_t accounted =
	    l->successful + l->failed + l->dismissed + l->given_back;
	struct slice id;
	int i;

	printf("\n  THE LEDGER DOES NOT BALANCE.\n");
	if (l->taken != accounted)
		printf("  %" PRId64 " jobs were taken, and %" PRId64
		       " are accounted for.\n",
		    l->taken, accounted);
	if (l->trouble > 0)
		printf("  These jobs are in none or two of waiting, running "
		       "and final:\n");
	for (i = 0; i < l->trouble; i++) {
		id = run_ledger_trouble(rows, i);
		printf("    %.*s\n", (int)id.len, id.ptr);
	}
	printf("  What to do: hold the queues (nightdrop.queue_hold), look at "
	       "the view\n  nightdrop.lost_job and at nightdrop.event, and "
	       "report this.\n");
}

void
report_text(
    const struct report *r, const struct run_ledger *l, const struct rows *rows)
{
	bool bad = l->closed && !l->balanced;

	print_head(r, l);
	if (bad)
		print_trouble(l, rows);
	if (bad)
		putchar('\n');
	print_counts(l);
	if (l->closed)
		print_queues(l->queues);
	print_failed(r, l);
	print_notes(r);
}
