/*
 * Turns: claims, starts and finishes in one grouped call, one under way at a
 * time.
 *
 * The promises, and why they hold:
 *
 * - No process before its start is on record: only work.c moves jobs to the
 *   list that the bench takes from, and only when the database said ok.
 * - A finish is sent until it is answered: what a turn carries stays in
 *   starting and reporting, and a turn without answer is built again from
 *   them.  The database knows both again.
 * - A job whose last attempt was lost has the worker to itself, and comes
 *   last: if it kills us, it alone is charged, and nothing else has to wait
 *   for the next run.
 *
 * Turns are grouped, or the database would cost more than the handlers: one
 * is sent when a slot would wait, when GROUP jobs have finished, or when the
 * oldest of them has waited LINGER_MS.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/worker.h"
#include "queue/turn.h"

#define GROUP 64
#define LINGER_MS 50
#define AHEAD_MS 100	      /* starts recorded ahead: worth this long */
#define AHEAD_MOST 128	      /* but never more than this, or 2 a slot */
#define CLAIM_BYTES 4194304   /* of inline bodies in hand, reserved */
#define FINISH_BYTES 2097152  /* a turn carries */
#define BACKLOG_BYTES 4194304 /* of finishes; then nothing new is started */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int
ahead_most(const struct worker *w)
{
	int twice = 2 * w->seats;

	return twice > AHEAD_MOST ? twice : AHEAD_MOST;
}

static int
ahead(const struct worker *w)
{
	return pace_within(&w->pace, AHEAD_MS, 0, ahead_most(w));
}

/* In slots, or about to be. */
static int
under_way(const struct worker *w)
{
	int lane = w->lane == NULL ? 0 : w->lane->starting;

	return worker_busy(w) + (int)w->recorded.count +
	       (int)w->starting.count - lane;
}

static bool
suspect_under_way(const struct worker *w)
{
	int i;

	if (w->starting.first != NULL && w->starting.first->claim.lost)
		return true;
	if (w->recorded.first != NULL && w->recorded.first->claim.lost)
		return true;
	for (i = 0; i < w->seats; i++)
		if (w->seat[i].job != NULL && w->seat[i].job->claim.lost)
			return true;
	return false;
}

static bool
may_start(const struct worker *w)
{
	return !w->draining && !suspect_under_way(w) &&
	       w->finished.held + w->reporting.held < BACKLOG_BYTES;
}

/* How many of the reserved jobs should have their start recorded now. */
static int
startable(const struct worker *w)
{
	int most = ahead_most(w), room = w->seats + ahead(w);

	if (!may_start(w))
		return 0;
	room = (room < most ? room : most) - under_way(w);
	if (room < 0)
		return 0;
	return room < (int)w->reserved.count ? room : (int)w->reserved.count;
}

static bool
suspect_startable(const struct worker *w, int64_t now)
{
	return w->suspect.first != NULL && may_start(w) && under_way(w) == 0 &&
	       lane_idle(w->lane, now) && w->reserved.first == NULL &&
	       (!pass_wants(&w->pass, now) || w->suspect.count >= RESERVE_MOST);
}

static int
wanted(const struct worker *w, int64_t now)
{
	if (w->draining || !pass_wants(&w->pass, now) ||
	    w->reserved.held >= CLAIM_BYTES || w->suspect.count >= RESERVE_MOST)
		return 0;
	return pace_reserve(&w->pace, (int)w->reserved.count, 1);
}

/* Is there reason to send a turn, if that may be done now? */
static bool
turn_wanted(const struct worker *w, int64_t now)
{
	int busy = worker_busy(w), want = wanted(w, now);
	bool hungry = busy < w->seats && w->recorded.first == NULL;
	bool can_start = startable(w) > 0;

	if ((lane_startable(w->lane) && !suspect_under_way(w)) ||
	    lane_wanted(w->lane, now) > 0)
		return true;
	if (w->reporting.first != NULL || w->starting.first != NULL)
		return true; /* without answer so far */
	if (w->finished.count >= GROUP)
		return true;
	if (w->finished.first != NULL &&
	    (now - w->finished.first->ended_ms >= LINGER_MS || busy == 0))
		return true;
	if (hungry && (can_start || want > 0 || suspect_startable(w, now)))
		return true;
	/* Half of them last until the answer is here. */
	if (can_start && (int)w->recorded.count < ahead(w) / 2)
		return true;
	if (want > 0 && w->reserved.first == NULL)
		return true;
	return (busy > 0 || lane_busy(w->lane)) && now - w->turn_ms >= LOOK_MS;
}

static bool
turn_due(const struct worker *w, int64_t now)
{
	return !w->turning && now >= w->turn_at && turn_wanted(w, now);
}

/* Move what this turn shall carry to where it waits for the answer. */
static void
turn_fill(struct worker *w, int64_t now)
{
	struct job *j;
	int n = startable(w);

	while (w->finished.first != NULL &&
	       (w->reporting.first == NULL ||
		   w->reporting.held + w->finished.first->held <= FINISH_BYTES))
		list_add(&w->reporting, list_take(&w->finished));
	for (; n > 0; n--)
		list_add(&w->starting, list_take(&w->reserved));
	if (!suspect_under_way(w))
		lane_fill(w->lane);
	if (suspect_startable(w, now) && w->starting.first == NULL) {
		j = list_take(&w->suspect);
		list_add(&w->starting, j);
	}
}

static void
turn_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct worker *w = ctx;

	w->turning = false;
	if (rows != NULL) {
		w->failures = 0;
		answer_take(w, rows);
		return;
	}
	w->turn_at = worker_again_at(e->code);
	worker_call_failed(w, "turn", e);
}

/* What to claim: for slots or for the lane, in turn where both want.  What is
 * to be freed after. */
static struct turn_cursor *
claim_fill(struct worker *w, struct turn *t, int64_t now)
{
	int want = wanted(w, now), lane = lane_wanted(w->lane, now);
	struct turn_cursor *cursor = NULL;

	w->claims_lane = lane > 0 && (want == 0 || !w->claims_lane);
	t->want = w->claims_lane ? lane : want;
	t->lean = w->claims_lane;
	t->max_bytes = CLAIM_BYTES - (int)w->reserved.held;
	t->cursor = w->pass.cursor;
	t->cursors = w->pass.cursors;
	if (w->lane != NULL)
		t->cursor = cursor =
		    lane_cursors(w->lane, w->claims_lane, &t->cursors);
	return cursor;
}

static void
turn_send(struct worker *w, int64_t now)
{
	struct turn t = { .finishes = 0 };
	struct turn_finish *finish;
	struct turn_start *start;
	struct turn_cursor *cursor;
	struct params p;
	struct job *j;

	turn_fill(w, now);
	finish = calloc(w->reporting.count + 1, sizeof(*finish));
	start = calloc(w->starting.count + 1, sizeof(*start));
	if (finish == NULL || start == NULL)
		abort();
	for (j = w->reporting.first; j != NULL; j = j->next)
		finish[t.finishes++] = j->finish;
	for (j = w->starting.first; j != NULL; j = j->next)
		start[t.starts++] = (struct turn_start) { j->id, j->attempt };
	t.finish = finish;
	t.start = start;
	cursor = claim_fill(w, &t, now);
	params_init(&p);
	turn_params(&p, &w->me, &t);
	w->turning = true;
	w->turn_ms = now;
	conn_submit(w->conn, STMT_TURN, &p, worker_deadline(w, now),
	    CALL_REPEAT, turn_done, w);
	params_fini(&p);
	free(finish);
	free(start);
	free(cursor);
}

void
work_step(struct worker *w, int64_t now)
{
	keep_step(w, now);
	window_step(w, now);
	tell_step(w, now);
	ticker_step(&w->ticker, now, w->run, worker_busy(w));
	lane_step(w->lane, now);
	if (turn_due(w, now))
		turn_send(w, now);
}

int64_t
work_wakes_at(const struct worker *w)
{
	int64_t at = INT64_MAX, now = clock_mono_ms(),
		kept = least(keep_wakes_at(w), window_wakes_at(w));

	kept = least(kept, lane_wakes_at(w->lane));

	if (w->turning)
		return kept;
	if (now < w->turn_at && turn_wanted(w, now)) /* the last one failed */
		return least(w->turn_at, kept);
	if (w->finished.first != NULL)
		at = w->finished.first->ended_ms + LINGER_MS;
	if (worker_busy(w) > 0 || lane_busy(w->lane))
		at = least(at, w->turn_ms + LOOK_MS);
	at = least(at, lane_due_at(w->lane));
	if (w->pass.dry && w->pass.due >= 0 && w->reserved.first == NULL &&
	    !w->draining)
		at = least(at, w->pass.due);
	if (at < w->turn_at)
		at = w->turn_at;
	return least(at, kept);
}

bool
work_over(const struct worker *w, int64_t now)
{
	return under_way(w) == 0 && !w->turning && !w->returning_now &&
	       !w->asking && w->reserved.first == NULL &&
	       w->suspect.first == NULL && w->finished.first == NULL &&
	       w->reporting.first == NULL && w->returning.first == NULL &&
	       lane_over(w->lane, now) &&
	       (w->draining || pass_over(&w->pass, now));
}
