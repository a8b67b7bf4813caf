/*
 * What a run would do: parameters and rows.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/plan.h"

#include "base/clock.h"

void
plan_open_params(struct params *p, const char *const *scope, size_t scope_len,
    const char *window)
{
	size_t i;

	if (scope_len == 0) {
		params_null(p);
	} else {
		params_array_begin(p, PARAM_TEXT);
		for (i = 0; i < scope_len; i++)
			params_item_text(p, slice_str(scope[i]));
		params_array_end(p);
	}
	params_text(p, window == NULL ? SLICE_NONE : slice_str(window));
}

static int64_t
known(const struct rows *r, int i, int column)
{
	return rows_null(r, i, column) ? -1 : rows_int8(r, i, column);
}

struct plan_open
plan_open_read(const struct rows *r, int i)
{
	return (struct plan_open) {
		.queue = rows_text(r, i, 0),
		.held = rows_bool(r, i, 1),
		.run = rows_int8(r, i, 2),
		.busy = rows_bool(r, i, 3),
		.done = rows_bool(r, i, 4),
		.in_hand = rows_int8(r, i, 5),
		.waiting = rows_int8(r, i, 6),
		.bundled = rows_int8(r, i, 7),
		.later = rows_int8(r, i, 8),
		.p50_ms = known(r, i, 9),
		.p95_ms = known(r, i, 10),
		.cap = rows_int4(r, i, 11),
		.is_long = rows_bool(r, i, 12),
		.latest = rows_time(r, i, 13),
		.cutoff = rows_text(r, i, 14),
		.cut = rows_time(r, i, 15),
		.until = rows_time(r, i, 16),
	};
}

void
plan_claim_params(struct params *p, const struct plan_ask *a)
{
	size_t i;

	params_array_begin(p, PARAM_TEXT);
	for (i = 0; i < a->hands; i++)
		params_item_text(p, slice_str(a->hand[i].queue));
	params_array_end(p);
	params_array_begin(p, PARAM_INT4);
	for (i = 0; i < a->hands; i++)
		params_item_int4(p, a->hand[i].jobs);
	params_array_end(p);
	params_text(p, a->cutoff);
	params_time(p, a->cut);
	params_time(p, a->until);
	params_time(p, a->clock);
	params_int4(p, a->want);
	turn_cursor_params(p, a->cursor, a->cursors);
}

struct plan_claim
plan_claim_read(const struct rows *r, int i)
{
	return (struct plan_claim) {
		.idle = !slice_eq_str(rows_text(r, i, 0), "claim"),
		.queue = rows_text(r, i, 1),
		.id = rows_uuid(r, i, 2),
		.position = rows_time(r, i, 3),
		.attempt = rows_int4(r, i, 4),
		.lost = rows_bool(r, i, 5),
		.later = rows_bool(r, i, 6),
		.latest = rows_time(r, i, 7),
		.due = rows_time(r, i, 8),
	};
}
