/*
 * The reader's side: one call each, decoded by column.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/monitor.h"

#include "base/clock.h"
#include "queue/ask.h"
#include "queue/receipt.h"

static const struct ask_word reading[] = {
	{ "ok", ERR_OK, NULL },
	{ "unfinished", ERR_OK, NULL },
	{ "none", ERR_NOT_FOUND,
	    "there is no such job, or it is not yours to see" },
	{ "gone", ERR_GONE, "the job was here and is kept no longer" },
	{ NULL, ERR_SHAPE, NULL },
};

static const struct ask_word stopping[] = {
	{ "dismissed", ERR_OK, NULL },
	{ "already", ERR_OK, NULL },
	{ "stopping", ERR_OK, NULL },
	{ "finished", ERR_CONFLICT,
	    "the job has finished; its response is there to be fetched" },
	{ "none", ERR_NOT_FOUND,
	    "there is no such job, or it is not yours to stop" },
	{ "gone", ERR_GONE, "the job was here and is kept no longer" },
	{ NULL, ERR_SHAPE, NULL },
};

/* One row about a job, whose first column is a verdict. */
static enum err_code
ask(struct store *s, enum stmt_id stmt, const struct reader *who,
    const struct ask_word *words, int64_t deadline_ms, struct rows **out,
    struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	ask_reader(&p, who);
	code = ask_row(s, stmt, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	code = ask_judge(words, rows_text(r, 0, 0), e);
	if (code != ERR_OK)
		rows_free(r);
	else
		*out = r;
	return code;
}

enum err_code
monitor_read(struct store *s, const struct reader *who, int64_t deadline_ms,
    struct job_state *out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code =
	    ask(s, STMT_JOB_READ, who, reading, deadline_ms, &r, e);

	if (code != ERR_OK)
		return code;
	out->rows = r;
	out->queue = rows_text(r, 0, 1);
	out->owner = rows_text(r, 0, 2);
	out->status = rows_text(r, 0, 3);
	out->attempt = rows_int4(r, 0, 4);
	out->accepted = rows_time(r, 0, 5);
	out->started = rows_time(r, 0, 6);
	out->finished = rows_time(r, 0, 7);
	out->progress = rows_text(r, 0, 8);
	out->message = rows_text(r, 0, 9);
	out->size = rows_int8(r, 0, 10);
	out->digest = rows_bytes(r, 0, 11);
	out->type = rows_text(r, 0, 12);
	receipt_quote(r, 0, 13, &out->quote);
	out->outcome_status = rows_int4(r, 0, 19);
	out->outcome_reason = rows_text(r, 0, 20);
	out->outcome_by = rows_text(r, 0, 21);
	out->expires = rows_time(r, 0, 22);
	out->version = rows_text(r, 0, 23);
	out->carried_over = rows_int4(r, 0, 24);
	return ERR_OK;
}

enum err_code
monitor_request(struct store *s, const struct reader *who, int64_t deadline_ms,
    struct stored *out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code =
	    ask(s, STMT_REQUEST_READ, who, reading, deadline_ms, &r, e);

	if (code != ERR_OK)
		return code;
	out->rows = r;
	out->type = rows_text(r, 0, 1);
	out->encoding = rows_text(r, 0, 2);
	out->accepted = rows_time(r, 0, 3);
	out->size = rows_int8(r, 0, 4);
	out->digest = rows_bytes(r, 0, 5);
	out->body = rows_bytes(r, 0, 6);
	out->holder = 0;
	out->expires = rows_time(r, 0, 7);
	return ERR_OK;
}

enum err_code
monitor_response(struct store *s, const struct reader *who, int64_t deadline_ms,
    struct answer *out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code =
	    ask(s, STMT_JOB_RESPONSE, who, reading, deadline_ms, &r, e);

	if (code != ERR_OK)
		return code;
	*out = (struct answer) { .finished =
				     slice_eq_str(rows_text(r, 0, 0), "ok") };
	if (!out->finished) {
		rows_free(r);
		return ERR_OK;
	}
	out->status = rows_int4(r, 0, 1);
	out->reason = rows_text(r, 0, 2);
	out->outcome = rows_text(r, 0, 3);
	out->by = rows_text(r, 0, 4);
	out->fields = rows_text(r, 0, 5);
	out->body.rows = r;
	out->body.size = rows_int8(r, 0, 6);
	out->body.body = rows_bytes(r, 0, 7);
	out->body.holder = rows_int4(r, 0, 8);
	out->at = rows_time(r, 0, 9);
	out->body.expires = rows_time(r, 0, 10);
	out->attempt = rows_int4(r, 0, 11);
	out->extra_names = rows_text(r, 0, 12);
	return ERR_OK;
}

enum err_code
monitor_part(struct store *s, const struct uuid *id, int holder, int seq,
    int64_t deadline_ms, struct rows **rows, struct slice *data, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	params_uuid(&p, id);
	params_int4(&p, holder);
	params_int4(&p, seq);
	code = ask_rows(s, STMT_PART_READ, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	if (rows_count(r) != 1 || rows_null(r, 0, 0)) {
		rows_free(r);
		return err_set(e, ERR_GONE, "part %d is kept no longer", seq);
	}
	*rows = r;
	*data = rows_bytes(r, 0, 0);
	return ERR_OK;
}

enum err_code
monitor_seek(struct store *s, const struct uuid *id, int holder, int64_t at,
    int64_t deadline_ms, int *seq, int64_t *start, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	params_uuid(&p, id);
	params_int4(&p, holder);
	params_int8(&p, at);
	code = ask_rows(s, STMT_PART_SEEK, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	if (rows_count(r) == 1) {
		*seq = rows_int4(r, 0, 0);
		*start = rows_int8(r, 0, 1);
	} else {
		code = err_set(e, ERR_GONE, "these bytes are kept no longer");
	}
	rows_free(r);
	return code;
}

enum err_code
monitor_stop(struct store *s, const struct reader *who, int64_t deadline_ms,
    enum stop_result *out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code =
	    ask(s, STMT_JOB_STOP, who, stopping, deadline_ms, &r, e);
	struct slice word;

	if (code != ERR_OK)
		return code;
	word = rows_text(r, 0, 0);
	*out = slice_eq_str(word, "dismissed") ? STOP_DISMISSED :
	       slice_eq_str(word, "already")   ? STOP_ALREADY :
						 STOP_STOPPING;
	rows_free(r);
	return ERR_OK;
}

enum err_code
monitor_queues(
    struct store *s, int64_t deadline_ms, struct rows **rows, struct err *e)
{
	struct params p;

	params_init(&p);
	return ask_rows(s, STMT_QUEUE_LIST, &p, deadline_ms, rows, e);
}

enum err_code
monitor_queue(struct store *s, struct slice name, int64_t deadline_ms,
    struct rows **rows, struct err *e)
{
	struct params p;

	params_init(&p);
	params_text(&p, name);
	return ask_rows(s, STMT_QUEUE_READ, &p, deadline_ms, rows, e);
}

struct queue_info
monitor_queue_at(const struct rows *rows, int i)
{
	return (struct queue_info) {
		.name = rows_text(rows, i, 0),
		.description = rows_text(rows, i, 1),
		.reply = rows_int4(rows, i, 2),
		.accepting = rows_bool(rows, i, 3),
		.held = rows_bool(rows, i, 4),
		.media_types = rows_text(rows, i, 5),
		.max_size = rows_int8(rows, i, 6),
		.waiting = rows_int8(rows, i, 7),
		.running = rows_int8(rows, i, 8),
		.next_start = rows_time(rows, i, 9),
		.last_run = rows_time(rows, i, 10),
		.graded = rows_int8(rows, i, 11),
		.hits = rows_int8(rows, i, 12),
	};
}

enum err_code
monitor_health(
    struct store *s, int64_t deadline_ms, struct health *out, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	code = ask_row(s, STMT_HEALTH, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	out->read_only = rows_bool(r, 0, 0);
	out->clock = rows_time(r, 0, 1);
	out->partitions_ahead = rows_int4(r, 0, 2);
	out->waiting = rows_int8(r, 0, 3);
	out->oldest_waiting = rows_time(r, 0, 4);
	out->last_run = rows_time(r, 0, 5);
	out->late = rows_bool(r, 0, 6);
	out->last_closed = rows_time(r, 0, 7);
	out->unbalanced = rows_bool(r, 0, 8);
	rows_free(r);
	return ERR_OK;
}

enum err_code
monitor_metrics(
    struct store *s, int64_t deadline_ms, struct rows **rows, struct err *e)
{
	struct params p;

	params_init(&p);
	return ask_rows(s, STMT_METRICS, &p, deadline_ms, rows, e);
}
