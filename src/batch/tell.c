/*
 * What handlers say about how far they are, to the monitors of their jobs.
 *
 * Only the newest word of each counts, and only TELL_MS apart: a handler that
 * counts to a million makes no load.  Nothing waits for it; a word that is
 * lost with a connection is followed by the next.  The loop needs no timer of
 * ours: while a handler runs, there is a turn each LOOK_MS.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/worker.h"
#include "queue/turn.h"

#define TELL_MS 2000 /* between two calls */

static void
tell_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct worker *w = ctx;

	w->telling = false;
	if (rows == NULL && !worker_may_retry(e->code))
		log_event(LEVEL_WARNING, "progress_put: %s", e->text);
}

/* What is new since the last call, to be freed; NULL: nothing. */
static struct turn_progress *
gather(struct worker *w, size_t *n)
{
	struct turn_progress *said = NULL;
	const char *text;
	int i;

	*n = 0;
	for (i = 0; i < w->seats; i++) {
		const struct seat *s = &w->seat[i];

		if (s->job == NULL || s->stale ||
		    (text = slot_progress(s->slot)) == NULL)
			continue;
		if (said == NULL &&
		    (said = calloc((size_t)w->seats, sizeof(*said))) == NULL)
			abort();
		said[(*n)++] = (struct turn_progress) { s->job->id,
			s->job->attempt, slice_str(text) };
	}
	return said;
}

void
tell_step(struct worker *w, int64_t now)
{
	struct turn_progress *said;
	struct params p;
	size_t n;

	if (w->telling || now < w->tell_at || w->away ||
	    (said = gather(w, &n)) == NULL)
		return;
	w->telling = true;
	w->tell_at = now + TELL_MS;
	params_init(&p);
	progress_params(&p, &w->me, said, n);
	conn_submit(w->conn, STMT_PROGRESS_PUT, &p, worker_deadline(w, now),
	    CALL_ONCE, tell_done, w);
	params_fini(&p);
	free(said);
}
