/*
 * batch/sim: a run on paper.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/sim.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define S INT64_C(1000000)
#define OPENS (1000 * S)

/* What the claims bring, and what became of it: "0@1.0-2.0 ", a job's number
 * and times. */
struct line {
	const struct sim_job *job;
	const int64_t *due; /* seconds after the opening, or NULL: at once */
	int n, next, refuse;
	int64_t now_due;
	char text[512];
};

static int
claim(void *ctx, struct sim *s, int want, int times, int64_t *due)
{
	struct line *l = ctx;
	int n = 0;

	(void)times;
	if (l->refuse > 0 && --l->refuse == 0)
		return -1;
	while (n < want && l->next < l->n) {
		struct sim_job j = l->job[l->next];
		int64_t at = OPENS + (l->due == NULL ? 0 : l->due[l->next] * S);

		if (at > s->now) {
			*due = at;
			break;
		}
		if (j.latest != TIME_NONE && s->now >= j.latest) {
			l->next++;
			continue;
		}
		j.attempt = ++l->next;
		sim_add(s, &j);
		n++;
	}
	return n;
}

static void
started(void *ctx, const struct sim_job *j)
{
	struct line *l = ctx;
	char one[64];

	snprintf(one, sizeof(one), "%d@%.1f-%.1f%s ", j->attempt,
	    (double)(j->start - OPENS) / S, (double)(j->end - OPENS) / S,
	    j->stopped ? "!" : "");
	strncat(l->text, one, sizeof(l->text) - strlen(l->text) - 1);
}

static struct sim
sim(struct sim_queue *queue, int queues, int slots, struct line *l)
{
	return (struct sim) { .queue = queue,
		.queues = queues,
		.slots = slots,
		.until = TIME_NONE,
		.now = OPENS,
		.claim = claim,
		.started = started,
		.ctx = l };
}

#define JOB(...)                                 \
	{                                        \
		.latest = TIME_NONE, __VA_ARGS__ \
	}

START_TEST(slots_and_caps)
{
	struct sim_queue q[] = { { .took = S }, { .took = 2 * S, .cap = 1 } };
	const struct sim_job jobs[] = { JOB(0), JOB(.queue = 1),
		JOB(.queue = 1), JOB(0), JOB(0) };
	struct line l = { .job = jobs, .n = 5 };
	struct sim s = sim(q, 2, 2, &l);

	ck_assert(sim_run(&s));
	/* The third may not start beside the second: the fourth goes first. */
	ck_assert_str_eq(
	    l.text, "1@0.0-1.0 2@0.0-2.0 4@1.0-2.0 3@2.0-4.0 5@2.0-3.0 ");
	ck_assert_int_eq(q[0].run, 3);
	ck_assert_int_eq(q[1].run, 2);
	ck_assert_int_eq(q[1].first_start, OPENS);
	ck_assert_int_eq(q[1].last_end, OPENS + 4 * S);
	ck_assert_int_eq(q[0].hands + q[1].hands, 0);
}
END_TEST

START_TEST(windows)
{
	struct sim_queue q[] = { { .took = 2 * S } };
	const struct sim_job jobs[] = { { .latest = OPENS + 3 * S },
		{ .latest = OPENS + 3 * S }, { .latest = OPENS + 3 * S } };
	struct line l = { .job = jobs, .n = 3 };
	struct sim s = sim(q, 1, 1, &l);

	s.until = OPENS + 5 * S;
	ck_assert(sim_run(&s));
	ck_assert_str_eq(l.text, "1@0.0-2.0 2@2.0-4.0 ");
	ck_assert_int_eq(q[0].run, 2);

	/* Longer than it was thought: stopped when the drain is over. */
	l = (struct line) { .job = jobs, .n = 1 };
	s = sim(q, 1, 1, &l);
	q[0] = (struct sim_queue) { .took = 60 * S };
	s.until = OPENS + 5 * S;
	s.drain = S;
	ck_assert(sim_run(&s));
	ck_assert_str_eq(l.text, "1@0.0-6.0! ");
	ck_assert_int_eq(q[0].stopped, 1);
}
END_TEST

START_TEST(lost_ones_alone)
{
	struct sim_queue q[] = { { .took = S } };
	const struct sim_job jobs[] = { JOB(.lost = true), JOB(0),
		JOB(.lost = true), JOB(0), JOB(0) };
	struct line l = { .job = jobs, .n = 5 };
	struct sim s = sim(q, 1, 2, &l);

	ck_assert(sim_run(&s));
	ck_assert_str_eq(
	    l.text, "2@0.0-1.0 4@0.0-1.0 5@1.0-2.0 1@2.0-3.0 3@3.0-4.0 ");
}
END_TEST

START_TEST(retries_are_waited_for)
{
	struct sim_queue q[] = { { .took = S } };
	const struct sim_job jobs[] = { JOB(0), JOB(.later = true),
		JOB(.later = true) };
	const int64_t due[] = { 0, 100, 900 };
	struct line l = { .job = jobs, .n = 3, .due = due };
	struct sim s = sim(q, 1, 4, &l);

	ck_assert(sim_run(&s));
	/* For five minutes, and no longer. */
	ck_assert_str_eq(l.text, "1@0.0-1.0 2@100.0-101.0 ");
	ck_assert_int_eq(q[0].run_later, 1);
}
END_TEST

START_TEST(claims_that_fail)
{
	struct sim_queue q[] = { { .took = S } };
	const struct sim_job jobs[] = { JOB(0), JOB(.lost = true) };
	struct line l = { .job = jobs, .n = 2, .refuse = 2 };
	struct sim s = sim(q, 1, 4, &l);

	ck_assert(!sim_run(&s));
}
END_TEST

/* Ever more at once: a hundred thousand jobs are few claims. */
static int calls;

static int
endless(void *ctx, struct sim *s, int want, int times, int64_t *due)
{
	struct sim_job j = JOB(0);
	int n;

	(void)times;
	(void)due;
	(void)ctx;
	calls++;
	for (n = 0; n < want && s->added < 100000; n++)
		sim_add(s, &j);
	return n;
}

START_TEST(many)
{
	struct sim_queue q[] = { { .took = S / 10 } };
	struct line l = { .n = 0 };
	struct sim s = sim(q, 1, 4, &l);

	s.claim = endless;
	ck_assert(sim_run(&s));
	ck_assert_int_eq(q[0].run, 100000);
	ck_assert_int_eq(q[0].last_end, OPENS + 2500 * S);
	ck_assert_int_lt(calls, 200);
}
END_TEST

Suite *sim_suite(void);

Suite *
sim_suite(void)
{
	Suite *s = suite_create("batch/sim");
	TCase *t = tcase_create("sim");

	tcase_add_test(t, slots_and_caps);
	tcase_add_test(t, windows);
	tcase_add_test(t, lost_ones_alone);
	tcase_add_test(t, retries_are_waited_for);
	tcase_add_test(t, claims_that_fail);
	tcase_add_test(t, many);
	suite_add_tcase(s, t);
	return s;
}
