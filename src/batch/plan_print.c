/*
 * A plan, in words or as one JSON object on one line.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "batch/json_out.h"
#include "batch/plan_impl.h"
#include "batch/report_impl.h"

#define WIDTH 18 /* of a queue's name, if it is not longer */

static struct plan_sum
total(const struct plan *p)
{
	struct plan_sum all = { .first_start = TIME_NONE,
		.last_end = TIME_NONE };
	size_t i;

	for (i = 0; i < p->queues; i++) {
		struct plan_sum s = plan_sum(p, &p->queue[i]);

		all.run += s.run;
		all.stopped += s.stopped;
		all.later += s.later;
		all.left += s.left;
		if (all.last_end == TIME_NONE ||
		    (s.last_end != TIME_NONE && s.last_end > all.last_end))
			all.last_end = s.last_end;
	}
	return all;
}

static bool
cut_short(const struct plan *p)
{
	int i;

	for (i = 0; i < PLAN_TRACKS; i++)
		if (p->track[i].sim.cut_short)
			return true;
	return false;
}

static const char *
instant(int64_t us, char out[static TIME_TEXT_SIZE])
{
	return us == TIME_NONE ? "-" : time_rfc3339(us, out);
}

static void
print_head(const struct plan *p)
{
	struct plan_sum all = total(p);
	char at[TIME_TEXT_SIZE];

	printf("nightdrop-batch: plan of a run that opens now: %" PRId64
	       " jobs, %" PRId64 " are left\n\n",
	    all.run, all.left + all.later);
	printf("  %-*s %s\n", WIDTH, "opens", time_rfc3339(p->cut, at));
	if (p->until != TIME_NONE)
		printf("  %-*s %s\n", WIDTH, "window until",
		    time_rfc3339(p->until, at));
	printf("  %-*s %s\n", WIDTH, "last end", instant(all.last_end, at));
	printf("  %-*s %d\n\n", WIDTH, "slots", p->slots);
}

static void
print_took(int64_t ms)
{
	char text[DURATION_TEXT_SIZE] = "-";

	if (ms >= 0)
		duration_text(ms * 1000, text, sizeof(text));
	printf(" %12s", text);
}

static void
print_queue(const struct plan *p, const struct plan_queue *q)
{
	struct plan_sum s = plan_sum(p, q);
	char at[TIME_TEXT_SIZE];

	printf("  %-*s %9" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64, WIDTH,
	    q->name, q->waiting, s.run, s.not_fit, s.later);
	print_took(q->p50_ms);
	print_took(q->p95_ms);
	if (q->why[0] != '\0')
		printf("  %s\n", q->why);
	else
		printf("  %s\n", instant(s.last_end, at));
}

static void
print_line(const struct plan_line *l)
{
	const struct sim_job *j = &l->job;
	static const struct uuid none;
	char start[TIME_TEXT_SIZE], end[TIME_TEXT_SIZE], id[UUID_TEXT_LEN + 1];

	printf("  %s  %s  %s  %s", time_rfc3339(j->start, start),
	    time_rfc3339(j->end, end), l->queue,
	    uuid_eq(&j->id, &none) ? "a line of a bundle" :
				     uuid_format(&j->id, id));
	if (j->attempt > 1)
		printf("  attempt %d", j->attempt);
	printf("%s\n", j->stopped ? "  stopped by the window's end" : "");
}

static void
print_more(const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->queues; i++) {
		const struct plan_queue *q = &p->queue[i];
		int64_t more = plan_sum(p, q).run - q->listed;

		if (more > 0)
			printf("  and of %s %" PRId64 " more\n", q->name, more);
	}
}

static void
print_notes(const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->queues; i++) {
		const struct plan_queue *q = &p->queue[i];

		if (q->number >= 0 && q->is_long)
			printf("  note: jobs of %s have needed longer than "
			       "the whole window: one is started first\n",
			    q->name);
		if (q->number >= 0 && q->p50_ms < 0 && q->waiting > 0)
			printf("  note: nothing is known of how long jobs of "
			       "%s take: a second is assumed\n",
			    q->name);
		if (q->number >= 0 && q->in_hand > 0)
			printf("  note: %" PRId64 " jobs of %s were in hand of "
			       "a batch that died: they come back first\n",
			    q->in_hand, q->name);
		if (q->number >= 0 && q->bundled > 0)
			printf("  note: %" PRId64 " jobs of %s are lines of "
			       "bundles, here taken to come last\n",
			    q->bundled, q->name);
	}
	if (cut_short(p))
		printf("  note: only the first %d jobs were looked at\n",
		    SIM_MOST);
}

void
plan_print_text(const struct plan *p)
{
	size_t i;

	print_head(p);
	printf("  %-*s %9s %9s %9s %9s %12s %12s  %s\n", WIDTH, "queue",
	    "waiting", "run", "not fit", "not due", "half within", "95% within",
	    "last end");
	for (i = 0; i < p->queues; i++)
		print_queue(p, &p->queue[i]);
	if (p->lines > 0)
		printf("\n  %-24s  %-24s  %s\n", "start", "end", "queue, job");
	for (i = 0; i < p->lines; i++)
		print_line(&p->line[i]);
	print_more(p);
	putchar('\n');
	print_notes(p);
}

static json_t *
number_or_null(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

static json_t *
queue_json(const struct plan *p, const struct plan_queue *q)
{
	struct plan_sum s = plan_sum(p, q);
	json_t *o = json_object();

	out_member(o, "queue", json_string(q->name));
	out_member(
	    o, "why_not", q->why[0] == '\0' ? json_null() : out_text(q->why));
	out_member(o, "waiting", json_integer(q->waiting));
	out_member(o, "run", json_integer(s.run));
	out_member(o, "stopped", json_integer(s.stopped));
	out_member(o, "left", json_integer(s.left));
	out_member(o, "not_fit", json_integer(s.not_fit));
	out_member(o, "not_due", json_integer(s.later));
	out_member(o, "bundled", json_integer(q->bundled));
	out_member(o, "in_hand", json_integer(q->in_hand));
	out_member(o, "longer_than_window", json_boolean(q->is_long));
	out_member(o, "p50_ms", number_or_null(q->p50_ms));
	out_member(o, "p95_ms", number_or_null(q->p95_ms));
	out_member(o, "first_start", out_instant(s.first_start));
	out_member(o, "last_end", out_instant(s.last_end));
	return o;
}

static json_t *
job_json(const struct plan_line *l)
{
	const struct sim_job *j = &l->job;
	static const struct uuid none;
	json_t *o = json_object();
	char id[UUID_TEXT_LEN + 1];

	out_member(o, "queue", json_string(l->queue));
	out_member(o, "id",
	    uuid_eq(&j->id, &none) ? json_null() :
				     json_string(uuid_format(&j->id, id)));
	out_member(o, "attempt", json_integer(j->attempt));
	out_member(o, "start", out_instant(j->start));
	out_member(o, "end", out_instant(j->end));
	out_member(o, "stopped", json_boolean(j->stopped));
	return o;
}

void
plan_print_json(const struct plan *p)
{
	struct plan_sum all = total(p);
	json_t *o = json_object(), *queues = json_array(), *list = json_array();
	size_t i;

	for (i = 0; i < p->queues; i++)
		json_array_append_new(queues, queue_json(p, &p->queue[i]));
	for (i = 0; i < p->lines; i++)
		json_array_append_new(list, job_json(&p->line[i]));
	out_member(o, "verdict", json_string("plan"));
	out_member(o, "opens", out_instant(p->cut));
	out_member(o, "until", out_instant(p->until));
	out_member(o, "last_end", out_instant(all.last_end));
	out_member(o, "slots", json_integer(p->slots));
	out_member(o, "run", json_integer(all.run));
	out_member(o, "left", json_integer(all.left + all.later));
	out_member(o, "complete", json_boolean(!cut_short(p)));
	out_member(o, "queues", queues);
	out_member(o, "jobs", list);
	out_line(o);
}
