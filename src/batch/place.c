/*
 * Asking for a place in a run.
 *
 * Openings pass through one lock in the database, so nothing that takes long is
 * done in there: a run that is over is closed by a call of its own, and a run
 * that another closes is answered with ERR_BUSY at once.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/place.h"

#include "base/clock.h"
#include "base/log.h"
#include "batch/open.h"
#include "batch/worker.h"

#define CALL_PLACE_MS 30000 /* the database may be away for so long */
#define CLOSE_MS 300000	    /* one that is over, until it is asked for again */
#define WAIT_MS 900000	    /* for others: a large night is being added up */
#define SAY_MS 3000	    /* until it is said that we wait */

static enum err_code
abandon(struct entering *n, int64_t run, struct err *e)
{
	struct params p;
	struct rows *rows = NULL;
	enum err_code code;

	params_init(&p);
	run_abandon_params(&p, run, n->proof.workers, n->proof.len);
	code = open_call(
	    n->w, STMT_RUN_ABANDON, &p, clock_mono_ms() + CLOSE_MS, &rows, e);
	rows_free(rows);
	return code == ERR_UNKNOWN ? ERR_BUSY : code;
}

/* Is there reason to ask again at once? */
static bool
is_news(struct entering *n, const struct rows *rows)
{
	bool news = proof_gather(&n->proof, rows, n->host, n->w->ward->lock) ||
		    (n->entry.ways & RUN_WAY_SURE) == 0;

	n->entry.ways |= RUN_WAY_SURE;
	return news;
}

static void
say_waiting(struct entering *n)
{
	log_event(LEVEL_NOTICE,
	    "waiting: another batch opens or closes a run of these queues");
	report_note(n->w->report,
	    "waited for another batch to open or close a run of these queues");
}

static enum err_code
ask_once(struct entering *n, struct rows **out, struct run_place *place,
    int64_t *sent, struct err *e)
{
	struct params p;
	enum stmt_id stmt;
	enum err_code code;

	n->entry.proven = n->proof.workers;
	n->entry.proven_len = n->proof.len;
	params_init(&p);
	stmt = run_entry_params(&p, &n->entry);
	*sent = clock_mono_ms();
	code = open_call(n->w, stmt, &p, *sent + CALL_PLACE_MS, out, e);
	return code == ERR_OK ? run_place_read(*out, place, e) : code;
}

enum err_code
place_ask(struct entering *n, struct rows **out, struct run_place *place,
    int64_t *sent, struct err *e)
{
	int64_t since = clock_mono_ms();
	enum err_code code;
	bool said = false;

	for (;;) {
		code = ask_once(n, out, place, sent, e);
		if (code == ERR_OK && place->verdict == RUN_OVER)
			code = abandon(n, place->run, e);
		else if (code == ERR_OK &&
			 (place->verdict != RUN_BUSY || !is_news(n, *out)))
			return ERR_OK;
		rows_free(*out);
		*out = NULL;
		if (code == ERR_OK)
			continue;
		if (code == ERR_BUSY && loop_signalled()) {
			*place = (struct run_place) { .verdict = RUN_STOPPED };
			return ERR_OK;
		}
		if (!open_again(code, since + WAIT_MS))
			return code;
		if (!said && clock_mono_ms() - since >= SAY_MS) {
			say_waiting(n);
			said = true;
		}
	}
}
