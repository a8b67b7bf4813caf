/*
 * A run on paper.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/sim.h"

#include <stdlib.h>

#include "base/clock.h"

#define COARSER 500 /* after so many jobs a claim is worth twice as much, … */
#define CLAIM_MOST 20000

void
sim_add(struct sim *s, const struct sim_job *j)
{
	struct sim_queue *q = &s->queue[j->queue];
	struct sim_job *n = malloc(sizeof(*n));

	if (n == NULL)
		abort();
	*n = *j;
	n->next = NULL;
	n->seq = s->seq++;
	s->added++;
	q->hands++;
	if (n->lost) {
		if (s->suspect_last != NULL)
			s->suspect_last->next = n;
		else
			s->suspect = n;
		s->suspect_last = n;
		return;
	}
	if (q->tail != NULL)
		q->tail->next = n;
	else
		q->head = n;
	q->tail = n;
	s->reserved++;
}

static struct sim_job *
take(struct sim *s, struct sim_queue *q)
{
	struct sim_job *j = q->head;

	q->head = j->next;
	if (q->head == NULL)
		q->tail = NULL;
	s->reserved--;
	return j;
}

static bool
fits(const struct sim *s, const struct sim_job *j)
{
	return j->latest == TIME_NONE || s->now < j->latest;
}

static void
drop(struct sim *s, struct sim_job *j)
{
	s->queue[j->queue].hands--;
	free(j);
}

/* The next one that may have a slot; NULL: none. */
static struct sim_job *
pick(struct sim *s)
{
	struct sim_queue *best = NULL;
	int i;

	for (i = 0; i < s->queues && s->reserved > 0; i++) {
		struct sim_queue *q = &s->queue[i];

		while (q->head != NULL && !fits(s, q->head))
			drop(s, take(s, q));
		if (q->head != NULL && (q->cap == 0 || q->running < q->cap) &&
		    (best == NULL || q->head->seq < best->head->seq))
			best = q;
	}
	return best == NULL ? NULL : take(s, best);
}

static void
start(struct sim *s, struct sim_job *j)
{
	struct sim_queue *q = &s->queue[j->queue];
	int i = 0;

	while (s->slot[i] != NULL)
		i++;
	s->slot[i] = j;
	s->busy++;
	j->start = s->now;
	j->end = s->now + q->took;
	if (s->until != TIME_NONE && j->end > s->until + s->drain) {
		j->end = s->until + s->drain;
		j->stopped = true;
	}
	q->running++;
	q->run++;
	q->run_later += j->later;
	q->stopped += j->stopped;
	if (q->first_start == TIME_NONE)
		q->first_start = j->start;
	if (q->last_end == TIME_NONE || j->end > q->last_end)
		q->last_end = j->end;
	s->started(s->ctx, j);
}

static void
fill(struct sim *s)
{
	struct sim_job *j;

	while (!s->alone && s->busy < s->slots && (j = pick(s)) != NULL)
		start(s, j);
	if (s->busy > 0 || s->reserved > 0 || !s->pass.dry)
		return;
	while (s->suspect != NULL && s->busy == 0) {
		j = s->suspect;
		s->suspect = j->next;
		if (s->suspect == NULL)
			s->suspect_last = NULL;
		s->alone = fits(s, j);
		if (s->alone)
			start(s, j);
		else
			drop(s, j);
	}
}

static void
end_due(struct sim *s)
{
	int i;

	for (i = 0; i < s->slots; i++) {
		struct sim_job *j = s->slot[i];

		if (j == NULL || j->end > s->now)
			continue;
		s->slot[i] = NULL;
		s->busy--;
		s->alone = false;
		s->queue[j->queue].running--;
		pace_add(&s->pace, (double)(j->end - j->start) / 1000.0);
		pass_stir(&s->pass);
		drop(s, j);
	}
}

/* A plan takes nothing out of the lines: what lies behind its cursors stays
 * there, so they are kept from pass to pass. */
static void
idle(struct sim *s, int64_t due)
{
	size_t cursors = s->pass.cursors;

	pass_idle(&s->pass, due == TIME_NONE ? -1 : due / 1000 + 1);
	s->pass.cursors = cursors;
}

static bool
claim(struct sim *s)
{
	int times = 1 + (int)(s->added / COARSER);
	int want = pace_reserve(&s->pace, s->reserved, times), n = 0;
	int64_t due = TIME_NONE;

	if (want == 0 || !pass_wants(&s->pass, s->now / 1000))
		return true;
	if (times > 1 && s->reserved > s->enough)
		return true; /* a cap gave less than was wanted */
	s->cut_short = s->cut_short || s->added >= SIM_MOST;
	if (!s->cut_short)
		n = s->claim(s->ctx, s, want < CLAIM_MOST ? want : CLAIM_MOST,
		    times, &due);
	if (n == 0) {
		idle(s, due);
	} else {
		s->pass.found = true;
		pass_stir(&s->pass);
	}
	s->enough = s->reserved / 2;
	return n >= 0;
}

/* The next moment at which something happens; false: nothing will. */
static bool
advance(struct sim *s)
{
	int64_t at = INT64_MAX;
	int i;

	if (s->busy < s->slots && s->reserved == 0 && !s->alone &&
	    pass_wants(&s->pass, s->now / 1000))
		return true; /* a free slot: another claim */
	for (i = 0; i < s->slots; i++)
		if (s->slot[i] != NULL && s->slot[i]->end < at)
			at = s->slot[i]->end;
	if (s->pass.dry && s->pass.due >= 0 && s->pass.due * 1000 < at &&
	    (s->busy > 0 || !pass_over(&s->pass, s->now / 1000)))
		at = s->pass.due * 1000;
	if (at == INT64_MAX)
		return false;
	s->now = at > s->now ? at : s->now + 1000;
	return true;
}

static void
fini(struct sim *s)
{
	int i;

	for (i = 0; i < s->queues; i++)
		while (s->queue[i].head != NULL)
			drop(s, take(s, &s->queue[i]));
	for (i = 0; i < s->slots; i++)
		free(s->slot[i]);
	while (s->suspect != NULL) {
		struct sim_job *j = s->suspect;

		s->suspect = j->next;
		free(j);
	}
	free(s->slot);
	pass_fini(&s->pass);
}

bool
sim_run(struct sim *s)
{
	bool ok;
	int i;

	pass_init(&s->pass);
	s->pace = (struct pace) { s->slots, -1 };
	s->slot = calloc((size_t)s->slots, sizeof(*s->slot));
	if (s->slot == NULL)
		abort();
	for (i = 0; i < s->queues; i++)
		s->queue[i].first_start = s->queue[i].last_end = TIME_NONE;
	do {
		end_due(s);
		if ((ok = claim(s)))
			fill(s);
	} while (ok && advance(s));
	fini(s);
	return ok;
}
