/*
 * What a bundle has come to.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/bundle_state.h"

#include <time.h>

#include "base/clock.h"
#include "queue/ask.h"
#include "queue/receipt.h"

#define PAUSE_NS 2000000L	    /* between two pieces */
#define ANSWERS_MOST 1000	    /* of one call */
#define ANSWERS_BYTES (1024 * 1024) /* of their bodies */

static enum err_code
judge(struct slice verdict, int64_t limit, struct err *e)
{
	if (slice_eq_str(verdict, "none"))
		return err_set(e, ERR_NOT_FOUND,
		    "there is no such bundle, or it is not yours");
	if (slice_eq_str(verdict, "gone"))
		return err_set(
		    e, ERR_GONE, "the bundle was here and is kept no longer");
	return receipt_verdict(verdict, limit, e);
}

enum err_code
bundle_state_take(struct rows *r, struct bundle_state *out, struct err *e)
{
	enum err_code code;

	if (rows_count(r) != 1)
		code = err_set(e, ERR_SHAPE, "a bundle is not one row");
	else
		code = judge(rows_text(r, 0, 0), rows_int8(r, 0, 1), e);
	out->limit = rows_count(r) == 1 ? rows_int8(r, 0, 1) : 0;
	if (code != ERR_OK) {
		rows_free(r);
		return code;
	}
	out->rows = r;
	out->id = rows_uuid(r, 0, 2);
	out->queue = rows_text(r, 0, 3);
	out->owner = rows_text(r, 0, 4);
	out->status = rows_text(r, 0, 5);
	out->lines = rows_int4(r, 0, 6);
	out->running = rows_int8(r, 0, 7);
	out->successful = rows_int8(r, 0, 8);
	out->failed = rows_int8(r, 0, 9);
	out->dismissed = rows_int8(r, 0, 10);
	out->accepted = rows_time(r, 0, 11);
	out->finished = rows_time(r, 0, 12);
	out->size = rows_int8(r, 0, 13);
	out->digest = rows_bytes(r, 0, 14);
	receipt_quote(r, 0, 15, &out->quote);
	out->expires = rows_time(r, 0, 21);
	out->version = rows_text(r, 0, 22);
	out->carried_over = rows_int4(r, 0, 23);
	return ERR_OK;
}

enum err_code
bundle_read(struct store *s, const struct reader *who, int64_t deadline_ms,
    struct bundle_state *out, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	ask_reader(&p, who);
	code = ask_rows(s, STMT_BUNDLE_READ, &p, deadline_ms, &r, e);
	return code == ERR_OK ? bundle_state_take(r, out, e) : code;
}

/* One piece of it. */
static enum err_code
stop(struct store *s, const struct reader *who, int64_t deadline_ms, bool *more,
    int64_t *running, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	ask_reader(&p, who);
	code = ask_row(s, STMT_BUNDLE_STOP, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	code = judge(rows_text(r, 0, 0), 0, e);
	*more = code == ERR_OK && rows_bool(r, 0, 1);
	*running = code == ERR_OK ? rows_int8(r, 0, 2) : 0;
	rows_free(r);
	return code;
}

enum err_code
bundle_stop(struct store *s, const struct reader *who, int64_t until_ms,
    int64_t deadline_ms, bool *done, struct err *e)
{
	const struct timespec pause = { 0, PAUSE_NS };
	bool more = true, wished = false;
	int64_t running = 0;
	enum err_code code;

	do {
		code = stop(s, who, deadline_ms, &more, &running, e);
		wished = wished || code == ERR_OK;
		/* What is left may be just being claimed. */
		if (more || code == ERR_BUSY)
			nanosleep(&pause, NULL);
	} while ((code == ERR_OK ? more : code == ERR_BUSY) &&
		 clock_mono_ms() < until_ms);
	if (!wished)
		return code;
	*done = code == ERR_OK && !more && running == 0;
	return ERR_OK;
}

enum err_code
bundle_jobs(struct store *s, const struct reader *who, int32_t after, int most,
    int64_t deadline_ms, struct rows **rows, struct err *e)
{
	struct params p;

	params_init(&p);
	ask_reader(&p, who);
	params_int4(&p, after);
	params_int4(&p, most);
	return ask_rows(s, STMT_BUNDLE_JOBS, &p, deadline_ms, rows, e);
}

struct bundle_member
bundle_member_at(const struct rows *rows, int i)
{
	return (struct bundle_member) {
		.line = rows_int4(rows, i, 0),
		.id = rows_uuid(rows, i, 1),
		.status = rows_text(rows, i, 2),
		.code = rows_int4(rows, i, 3),
		.finished = rows_time(rows, i, 4),
	};
}

enum err_code
bundle_answers(struct store *s, const struct reader *who, int32_t after,
    int64_t deadline_ms, struct rows **rows, struct err *e)
{
	struct params p;

	params_init(&p);
	ask_reader(&p, who);
	params_int4(&p, after);
	params_int4(&p, ANSWERS_MOST);
	params_int8(&p, ANSWERS_BYTES);
	return ask_rows(s, STMT_BUNDLE_RESPONSES, &p, deadline_ms, rows, e);
}

struct bundle_answer
bundle_answer_at(const struct rows *rows, int i)
{
	return (struct bundle_answer) {
		.line = rows_int4(rows, i, 0),
		.id = rows_uuid(rows, i, 1),
		.status = rows_int4(rows, i, 2),
		.reason = rows_text(rows, i, 3),
		.outcome = rows_text(rows, i, 4),
		.by = rows_text(rows, i, 5),
		.fields = rows_text(rows, i, 6),
		.size = rows_int8(rows, i, 7),
		.body = rows_bytes(rows, i, 8),
		.finished = rows_time(rows, i, 9),
		.extra_names = rows_text(rows, i, 10),
	};
}
