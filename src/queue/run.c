/*
 * A run's place in the ledger: parameters and rows.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/run.h"

#include "base/clock.h"

static const char *const verdicts[] = {
	[RUN_OPENED] = "opened",
	[RUN_RESUMED] = "resumed",
	[RUN_JOINED] = "joined",
	[RUN_CLOSED] = "closed",
	[RUN_BUSY] = "busy",
	[RUN_NO_QUEUE] = "no_queue",
	[RUN_DONE] = "done",
	[RUN_NOTHING] = "nothing",
	[RUN_MOVED] = "moved",
	[RUN_OVER] = "over",
};

#define VERDICTS ((int)(sizeof(verdicts) / sizeof(verdicts[0])))

/* Columns of run_open's and run_join's row. */
enum {
	PLACE_VERDICT,
	PLACE_RUN,
	PLACE_WORKER,
	PLACE_QUEUES,
	PLACE_BUSY,
	PLACE_LEASE_MS,
	PLACE_BUSY_SINCE,
	PLACE_BUSY_WORKER,
	PLACE_BUSY_HOST,
	PLACE_BUSY_LOCK,
	PLACE_BUSINESS_DATE,
	PLACE_UNTIL
};

/* Columns of run_leave's row. */
enum {
	LEDGER_CLOSED,
	LEDGER_RUN,
	LEDGER_OPENED,
	LEDGER_CLOSED_AT,
	LEDGER_TAKEN,
	LEDGER_SUCCESSFUL,
	LEDGER_FAILED,
	LEDGER_DISMISSED,
	LEDGER_GIVEN_BACK,
	LEDGER_RETRIED,
	LEDGER_WAITING_AT_OPEN,
	LEDGER_LEFT_WAITING,
	LEDGER_ACCEPTED_SINCE,
	LEDGER_BALANCED,
	LEDGER_TROUBLE,
	LEDGER_QUEUES,
	LEDGER_LOST,
	LEDGER_UNTIL,
	LEDGER_CARRIED_OVER
};

static void
proven_params(struct params *p, const int64_t *proven, size_t len)
{
	size_t i;

	params_array_begin(p, PARAM_INT8);
	for (i = 0; i < len; i++)
		params_item_int8(p, proven[i]);
	params_array_end(p);
}

static void
scope_params(struct params *p, const struct run_entry *n)
{
	size_t i;

	params_array_begin(p, PARAM_TEXT);
	for (i = 0; i < n->scope_len; i++)
		params_item_text(p, slice_str(n->scope[i]));
	params_array_end(p);
}

static void
ways_params(struct params *p, unsigned ways)
{
	static const struct {
		enum run_way way;
		const char *name;
	} names[] = { { RUN_WAY_SURE, "sure" }, { RUN_WAY_JOIN, "join" },
		{ RUN_WAY_RESUME, "resume" }, { RUN_WAY_DAILY, "daily" } };
	size_t i;

	params_array_begin(p, PARAM_TEXT);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((ways & names[i].way) != 0)
			params_item_text(p, slice_str(names[i].name));
	params_array_end(p);
}

enum stmt_id
run_entry_params(struct params *p, const struct run_entry *n)
{
	if (n->run != 0)
		params_int8(p, n->run);
	else
		scope_params(p, n);
	params_int4(p, n->slots);
	params_text(p, slice_str(n->host));
	params_int4(p, n->pid);
	params_text(p, slice_str(n->lock));
	params_uuid(p, &n->token);
	proven_params(p, n->proven, n->proven_len);
	if (n->run != 0)
		scope_params(p, n);
	else
		ways_params(p, n->ways);
	params_int4(p, n->lease_s);
	if (n->run == 0 && n->window != NULL)
		params_text(p, slice_str(n->window));
	else if (n->run == 0)
		params_null(p);
	return n->run != 0 ? STMT_RUN_JOIN : STMT_RUN_OPEN;
}

enum err_code
run_place_read(const struct rows *r, struct run_place *out, struct err *e)
{
	struct slice word;
	int v;

	if (rows_count(r) != 1)
		return err_set(e, ERR_SHAPE,
		    "run_open answered %d rows, not one", rows_count(r));
	word = rows_text(r, 0, PLACE_VERDICT);
	for (v = 0; v < VERDICTS; v++)
		if (slice_eq_str(word, verdicts[v]))
			break;
	if (v == VERDICTS)
		return err_set(e, ERR_SHAPE,
		    "run_open answered '%.*s'; this program is older than the "
		    "database",
		    (int)word.len, word.ptr);
	*out = (struct run_place) {
		.verdict = (enum run_verdict)v,
		.run = rows_int8(r, 0, PLACE_RUN),
		.worker = rows_int8(r, 0, PLACE_WORKER),
		.lease_ms = rows_int8(r, 0, PLACE_LEASE_MS),
		.busy_since = rows_time(r, 0, PLACE_BUSY_SINCE),
		.queues = rows_array_count(r, 0, PLACE_QUEUES),
		.busy = rows_array_count(r, 0, PLACE_BUSY),
		.holders = rows_array_count(r, 0, PLACE_BUSY_WORKER),
		.business_date = rows_text(r, 0, PLACE_BUSINESS_DATE),
		.until = rows_time(r, 0, PLACE_UNTIL),
	};
	return ERR_OK;
}

struct slice
run_place_busy(const struct rows *r, int i)
{
	return rows_array_text(r, 0, PLACE_BUSY, i);
}

struct run_holder
run_place_holder(const struct rows *r, int i)
{
	return (struct run_holder) {
		.worker = rows_array_int8(r, 0, PLACE_BUSY_WORKER, i),
		.host = rows_array_text(r, 0, PLACE_BUSY_HOST, i),
		.lock = rows_array_text(r, 0, PLACE_BUSY_LOCK, i),
	};
}

void
run_worker_params(struct params *p, const struct run_worker *w)
{
	params_int8(p, w->id);
	params_uuid(p, &w->token);
}

void
run_abandon_params(
    struct params *p, int64_t run, const int64_t *proven, size_t proven_len)
{
	params_int8(p, run);
	proven_params(p, proven, proven_len);
}

void
run_recover_params(struct params *p, const struct run_worker *w,
    const int64_t *proven, size_t proven_len)
{
	run_worker_params(p, w);
	proven_params(p, proven, proven_len);
}

struct run_recovered
run_recovered_read(const struct rows *r)
{
	if (rows_count(r) == 0)
		return (struct run_recovered) { 0 };
	return (struct run_recovered) {
		.workers = rows_int8(r, 0, 0),
		.requeued = rows_int8(r, 0, 1),
		.charged = rows_int8(r, 0, 2),
		.failed = rows_int8(r, 0, 3),
	};
}

enum err_code
run_ledger_read(const struct rows *r, struct run_ledger *out, struct err *e)
{
	if (rows_count(r) != 1)
		return err_set(e, ERR_SHAPE,
		    "run_leave answered %d rows, not one", rows_count(r));
	*out = (struct run_ledger) {
		.closed = rows_bool(r, 0, LEDGER_CLOSED),
		.run = rows_int8(r, 0, LEDGER_RUN),
		.opened = rows_time(r, 0, LEDGER_OPENED),
		.closed_at = rows_time(r, 0, LEDGER_CLOSED_AT),
		.taken = rows_int8(r, 0, LEDGER_TAKEN),
		.successful = rows_int8(r, 0, LEDGER_SUCCESSFUL),
		.failed = rows_int8(r, 0, LEDGER_FAILED),
		.dismissed = rows_int8(r, 0, LEDGER_DISMISSED),
		.given_back = rows_int8(r, 0, LEDGER_GIVEN_BACK),
		.retried = rows_int8(r, 0, LEDGER_RETRIED),
		.waiting_at_open = rows_int8(r, 0, LEDGER_WAITING_AT_OPEN),
		.left_waiting = rows_int8(r, 0, LEDGER_LEFT_WAITING),
		.accepted_since = rows_int8(r, 0, LEDGER_ACCEPTED_SINCE),
		.balanced = rows_bool(r, 0, LEDGER_BALANCED),
		.trouble = rows_array_count(r, 0, LEDGER_TROUBLE),
		.queues = rows_text(r, 0, LEDGER_QUEUES),
		.lost = rows_int8(r, 0, LEDGER_LOST),
		.until = rows_time(r, 0, LEDGER_UNTIL),
		.carried_over = rows_int8(r, 0, LEDGER_CARRIED_OVER),
	};
	return ERR_OK;
}

struct slice
run_ledger_trouble(const struct rows *r, int i)
{
	return rows_array_text(r, 0, LEDGER_TROUBLE, i);
}
