/*
 * Bundles, before the first claim.
 *
 * Other workers of the run may be at it too: each call takes what nobody
 * holds.  Where the rest is in their hands we wait, or we would find the line
 * empty, and go home.  Workers are quick; where nothing moves for HELD_MS some
 * stranger's session holds a row, and the run goes on without it, to look once
 * more at its end.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/expand.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/open.h"

#define PAUSE_NS 100000000L
#define HELD_MS 3000 /* that nothing moves */

static enum err_code
expand_once(struct worker *w, int *moved, bool *more, struct err *e)
{
	int64_t sent = clock_mono_ms();
	struct params p;
	struct rows *rows = NULL;
	enum err_code code;

	params_init(&p);
	run_worker_params(&p, &w->me);
	code = open_call(w, STMT_BUNDLE_EXPAND, &p, w->lease_until, &rows, e);
	if (code != ERR_OK)
		return code;
	if (rows_count(rows) != 1) {
		rows_free(rows);
		return err_set(e, ERR_SHAPE, "bundle_expand: not one row");
	}
	*moved = rows_int4(rows, 0, 0);
	*more = rows_bool(rows, 0, 1);
	w->lease_ms = rows_int8(rows, 0, 2);
	worker_lease_set(w, sent);
	rows_free(rows);
	return ERR_OK;
}

enum err_code
expand_bundles(struct worker *w, bool *any, struct err *e)
{
	const struct timespec pause = { 0, PAUSE_NS };
	int64_t total = 0, moved_at = clock_mono_ms();
	int moved = 0;
	bool more = true;
	enum err_code code = ERR_OK;

	w->bundles_held = false;
	while (more && !w->bundles_held && !loop_signalled() &&
	       clock_mono_ms() < w->until) {
		code = expand_once(w, &moved, &more, e);
		if (open_again(code, w->lease_until))
			continue;
		if (code != ERR_OK)
			break;
		total += moved;
		if (moved > 0)
			moved_at = clock_mono_ms();
		else if (more)
			nanosleep(&pause, NULL);
		w->bundles_held = more && clock_mono_ms() - moved_at >= HELD_MS;
	}
	*any = total > 0;
	if (total > 0)
		log_event(LEVEL_NOTICE, "run %lld: %lld lines of bundles",
		    (long long)w->run, (long long)total);
	return code;
}
