/*
 * The run's report.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/guardian.h"

#define WIDTH 16 /* of the words on the left */

struct report {
	int slots;
	char *note[REPORT_NOTES];
	int notes; /* said; those beyond REPORT_NOTES are only counted */
	bool loud; /* one of them was a warning */
	struct {
		struct uuid id;
		char queue[64];
		char text[160];
	} failed[REPORT_FAILED];
	int64_t failures;
};

struct report *
report_new(int slots)
{
	struct report *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	r->slots = slots;
	return r;
}

void
report_free(struct report *r)
{
	int i;

	if (r == NULL)
		return;
	for (i = 0; i < r->notes && i < REPORT_NOTES; i++)
		free(r->note[i]);
	free(r);
}

static void note(struct report *r, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
note(struct report *r, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (r->notes < REPORT_NOTES &&
	    (r->note[r->notes] = strdup(text)) == NULL)
		abort();
	r->notes++;
}

void
report_note(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(r, fmt, ap);
	va_end(ap);
}

void
report_warn(struct report *r, const char *fmt, ...)
{
	va_list ap;

	r->loud = true;
	va_start(ap, fmt);
	note(r, fmt, ap);
	va_end(ap);
}

void
report_failed(struct report *r, const struct uuid *id, struct slice queue,
    int status, struct slice reason, bool by_handler)
{
	int64_t i = r->failures++;

	if (i >= REPORT_FAILED)
		return;
	r->failed[i].id = *id;
	snprintf(r->failed[i].queue, sizeof(r->failed[i].queue), "%.*s",
	    (int)queue.len, queue.ptr);
	snprintf(r->failed[i].text, sizeof(r->failed[i].text), "%d %.*s, by %s",
	    status, (int)(reason.len < 120 ? reason.len : 120), reason.ptr,
	    by_handler ? "its handler" : "nightdrop");
}

static void
line(const char *what, int64_t n, const char *meaning)
{
	printf("  %-*s %10" PRId64 "%s%s\n", WIDTH, what, n,
	    meaning[0] != '\0' ? "  " : "", meaning);
}

/* "14 min 48 s", "3 h 05 min", "1.4 s", "20 ms" */
static void
duration(int64_t us, char *out, size_t size)
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

	printf("nightdrop-batch: run %" PRId64 ", %s\n\n", l->run,
	    !l->closed	? "left; other workers are still in it" :
	    l->balanced ? "balanced" :
			  "NOT BALANCED");
	printf("  %-*s %s\n", WIDTH, "opened", time_rfc3339(l->opened, at));
	if (l->closed_at != TIME_NONE) {
		duration(l->closed_at - l->opened, took, sizeof(took));
		printf("  %-*s %s, after %s\n", WIDTH, "closed",
		    time_rfc3339(l->closed_at, at), took);
	}
	printf("  %-*s %d\n\n", WIDTH, "slots", r->slots);
}

static void
print_counts(const struct run_ledger *l)
{
	line("waiting before", l->waiting_at_open, "");
	line("taken", l->taken, "");
	line("  successful", l->successful, "");
	line("  failed", l->failed, "");
	line("  dismissed", l->dismissed, "");
	line("  given back", l->given_back, "");
	line("    to retry", l->retried,
	    l->retried == 0 ? "" :
			      "(attempts that will be, or were, tried again)");
	line("accepted since", l->accepted_since, "");
	line("left waiting", l->left_waiting, "");
}

static void
percentile(const json_t *queue, const char *name)
{
	const json_t *v = json_object_get(queue, name);
	char text[32];

	if (json_is_number(v))
		duration(
		    (int64_t)(json_number_value(v) * 1000), text, sizeof(text));
	printf(" %12s", json_is_number(v) ? text : "-");
}

static void
print_queues(struct slice text)
{
	json_t *list = text.ptr == NULL ?
			   NULL :
			   json_loadb(text.ptr, text.len, 0, NULL),
	       *q;
	const char *name;
	size_t i;

	if (json_array_size(list) > 0)
		printf("\n  %-*s %10s %12s %12s\n", WIDTH, "queue", "finished",
		    "half within", "95% within");
	for (i = 0; i < json_array_size(list); i++) {
		q = json_array_get(list, i);
		name = json_string_value(json_object_get(q, "queue"));
		printf("  %-*s %10lld", WIDTH, name == NULL ? "?" : name,
		    (long long)json_integer_value(
			json_object_get(q, "finished")));
		percentile(q, "p50_ms");
		percentile(q, "p95_ms");
		putchar('\n');
	}
	json_decref(list);
}

static void
print_failed(const struct report *r)
{
	char id[UUID_TEXT_LEN + 1];
	int64_t i;

	if (r->failures == 0)
		return;
	printf("\n  failed for good:\n");
	for (i = 0; i < r->failures && i < REPORT_FAILED; i++)
		printf("    %s  %s  %s\n", uuid_format(&r->failed[i].id, id),
		    r->failed[i].queue, r->failed[i].text);
	if (r->failures > REPORT_FAILED)
		printf("    and %" PRId64 " more: see the view "
		       "nightdrop.failed_job\n",
		    r->failures - REPORT_FAILED);
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
	struct slice id;
	int i;

	printf(
	    "\n  The ledger does not balance: taken is not successful + "
	    "failed + dismissed +\n  given back, or a job is in none or two "
	    "of waiting, running and final.\n  Nothing else is wrong yet: "
	    "hold the queues (nightdrop.queue_hold), look at\n  these jobs in "
	    "nightdrop.job_status and nightdrop.lost_job, and report this.\n");
	for (i = 0; i < l->trouble; i++) {
		id = run_ledger_trouble(rows, i);
		printf("    %.*s\n", (int)id.len, id.ptr);
	}
}

int
report_print(const struct report *r, const struct rows *rows, bool quiet)
{
	struct run_ledger l;
	struct err e = ERR_INIT;
	bool bad;

	if (run_ledger_read(rows, &l, &e) != ERR_OK)
		return report_error(&e);
	bad = l.closed && !l.balanced;
	if (quiet && !bad && l.failed == 0 && !r->loud)
		return EXIT_SUCCESS;
	print_head(r, &l);
	print_counts(&l);
	print_queues(l.queues);
	print_failed(r);
	print_notes(r);
	if (bad)
		print_trouble(&l, rows);
	return bad ? EXIT_SOFT : EXIT_SUCCESS;
}

int
report_error(const struct err *e)
{
	static const int codes[ERR_COUNT] = {
		[ERR_CONFIG] = EXIT_CONF,
		[ERR_SCHEMA] = EXIT_CONF,
		[ERR_NOT_FOUND] = EXIT_CONF,
		[ERR_FORBIDDEN] = EXIT_CONF,
		[ERR_DB_AWAY] = EXIT_TEMP,
		[ERR_UNKNOWN] = EXIT_TEMP,
		[ERR_READ_ONLY] = EXIT_TEMP,
		[ERR_NO_PARTITION] = EXIT_TEMP,
		[ERR_BUSY] = EXIT_TEMP,
		[ERR_FULL] = EXIT_TEMP,
		[ERR_LEASE] = EXIT_TEMP,
		[ERR_IO] = EXIT_TEMP,
	};

	fflush(stdout);
	fprintf(stderr, "nightdrop-batch: %s\n", e->text);
	return codes[e->code] != 0 ? codes[e->code] : EXIT_SOFT;
}
