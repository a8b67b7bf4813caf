/*
 * What the database answered to a turn: each row moves one job on.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"
#include "base/log.h"
#include "batch/worker.h"
#include "queue/turn.h"

static struct pass *
pass_of(struct worker *w, const struct handler *h)
{
	return h != NULL && h->kind == HANDLER_SQL && w->lane != NULL ?
		   &w->lane->pass :
		   &w->pass;
}

static void
row_finish(struct worker *w, const struct turn_row *r)
{
	struct job *j = list_take_id(&w->reporting, &r->id);
	char id[UUID_TEXT_LEN + 1];

	if (j == NULL)
		return;
	if (r->verdict == TURN_STALE)
		log_event(LEVEL_WARNING,
		    "job %s, attempt %d: its finish was "
		    "refused, another worker has it",
		    uuid_format(&j->id, id), j->attempt);
	else
		ticker_count(&w->ticker, r->fate);
	if (slice_eq_str(r->fate, "failed"))
		report_failed(w->report, j->claim.queue, &j->finish);
	pass_stir(pass_of(w, j->handler));
	job_free(j);
}

static void
row_start(struct worker *w, const struct turn_row *r)
{
	struct job *j = list_take_id(&w->starting, &r->id);
	bool lane;

	if (j == NULL)
		return;
	lane = j->handler->kind == HANDLER_SQL;
	if (lane)
		w->lane->starting--;
	if (r->verdict != TURN_OK) { /* dismissed, or not ours any more */
		job_free(j);
		return;
	}
	j->begun = true;
	j->due = r->due;
	if (j->claim.verdict == TURN_LONG)
		window_tell_long(w, j);
	if (lane)
		lane_begin(w->lane, j);
	else
		list_add(w->draining ? &w->returning : &w->recorded, j);
}

static void
row_claim(struct worker *w, const struct turn_row *r)
{
	const char *why;
	struct job *j;

	if (job_find(&w->in_hand, &r->id) != NULL) /* a call made twice */
		return;
	j = job_new(&w->in_hand, r);
	j->handler = handlers_find(w->handlers, r->queue, &why);
	if (j->handler == NULL || !window_claimed(w, j)) {
		/* A resumed run may have queues that this host cannot do. */
		pass_skip(
		    pass_of(w, j->handler), r->queue, r->position, &r->id);
		list_add(&w->returning, j);
		return;
	}
	pass_take(pass_of(w, j->handler), r->queue, r->position, &r->id);
	if (j->handler->kind == HANDLER_SQL) {
		lane_take(w->lane, j);
		return;
	}
	list_add(w->draining ? &w->returning :
		 r->lost     ? &w->suspect :
			       &w->reserved,
	    j);
}

static void
row_stop(struct worker *w, const struct turn_row *r)
{
	struct job *j = list_take_id(&w->recorded, &r->id);
	int i;

	if (j != NULL) { /* it will not run: the record says dismissed */
		job_end_by_us(j, TURN_FAILED, 410, "Gone", w->offset_us);
		list_add(&w->finished, j);
	}
	lane_stop(w->lane, &r->id);
	for (i = 0; i < w->seats; i++) {
		struct seat *s = &w->seat[i];

		if (s->job != NULL && uuid_eq(&s->job->id, &r->id) &&
		    !s->stopping) {
			s->stopping = true;
			slot_stop(s->slot);
		}
	}
}

static void
row_idle(struct worker *w, const struct turn_row *r)
{
	int64_t due = -1;

	if (r->due != TIME_NONE)
		due = (r->due - w->offset_us) / 1000 + 1;
	pass_idle(w->claims_lane ? &w->lane->pass : &w->pass, due);
}

void
answer_take(struct worker *w, const struct rows *rows)
{
	static void (*const take[])(
	    struct worker *, const struct turn_row *) = {
		[TURN_ROW_FINISH] = row_finish,
		[TURN_ROW_START] = row_start,
		[TURN_ROW_CLAIM] = row_claim,
		[TURN_ROW_STOP] = row_stop,
		[TURN_ROW_IDLE] = row_idle,
	};
	struct err e = ERR_INIT;
	struct turn_row r;
	int i;

	for (i = 0; i < rows_count(rows); i++)
		if (turn_row_read(rows, i, &r, &e) == ERR_OK)
			take[r.kind](w, &r);
	if (e.code != ERR_OK)
		worker_fail(w, &e);
}
