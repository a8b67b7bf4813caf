/*
 * One turn of a worker: parameters and rows.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/turn.h"

#include "base/clock.h"

#define SUBMISSION 0 /* holder of the parts of a job's own body */

static const char *const results[] = {
	[TURN_SUCCESSFUL] = "successful",
	[TURN_FAILED] = "failed",
	[TURN_RETRY] = "retry",
	[TURN_CONTINUE] = "continue",
};

static const char *const kinds[] = {
	[TURN_ROW_FINISH] = "finish",
	[TURN_ROW_START] = "start",
	[TURN_ROW_CLAIM] = "claim",
	[TURN_ROW_STOP] = "stop",
	[TURN_ROW_IDLE] = "idle",
};

static const char *const verdicts[] = {
	[TURN_NONE] = "",
	[TURN_RECORDED] = "recorded",
	[TURN_OK] = "ok",
	[TURN_STOP] = "stop",
	[TURN_STALE] = "stale",
	[TURN_LONG] = "long",
};

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* Columns of T. */
enum {
	T_KIND,
	T_ID,
	T_VERDICT,
	T_ATTEMPT,
	T_QUEUE,
	T_REQUEST,
	T_TYPE,
	T_SIZE,
	T_DIGEST,
	T_BODY,
	T_MAX_ATTEMPTS,
	T_FAILURES,
	T_LOST,
	T_STATE,
	T_ACCEPTED,
	T_POSITION,
	T_TIME_LIMIT_MS,
	T_CPU_LIMIT_S,
	T_MEMORY_LIMIT,
	T_MAX_OUTPUT,
	T_REQUEST_FIELDS,
	T_OWNER,
	T_DUE,
	T_MAX_FILES
};

/* One parallel array of the finishes: f is the element at hand. */
#define EACH(p, type, t, f, n, add)                   \
	do {                                          \
		params_array_begin((p), (type));      \
		for (size_t i_ = 0; i_ < (n); i_++) { \
			const struct t *x = &(f)[i_]; \
			add;                          \
		}                                     \
		params_array_end(p);                  \
	} while (0)

static void
finish_params(struct params *p, const struct turn_finish *f, size_t n)
{
	EACH(p, PARAM_UUID, turn_finish, f, n, params_item_uuid(p, &x->id));
	EACH(p, PARAM_INT4, turn_finish, f, n, params_item_int4(p, x->attempt));
	EACH(p, PARAM_TEXT, turn_finish, f, n,
	    params_item_text(p, slice_str(results[x->result])));
	EACH(p, PARAM_INT4, turn_finish, f, n, params_item_int4(p, x->status));
	EACH(p, PARAM_TEXT, turn_finish, f, n, params_item_text(p, x->reason));
	EACH(p, PARAM_TEXT, turn_finish, f, n,
	    params_item_text(
		p, slice_str(x->by_handler ? "handler" : "nightdrop")));
	EACH(p, PARAM_JSON, turn_finish, f, n, params_item_text(p, x->fields));
	EACH(p, PARAM_INT8, turn_finish, f, n, params_item_int8(p, x->size));
	EACH(p, PARAM_BYTEA, turn_finish, f, n, params_item_bytes(p, x->body));
	EACH(p, PARAM_INT4, turn_finish, f, n,
	    params_item_int4(p, x->exit_code));
	EACH(p, PARAM_INT4, turn_finish, f, n, params_item_int4(p, x->signal));
	EACH(p, PARAM_BYTEA, turn_finish, f, n, params_item_bytes(p, x->log));
	EACH(
	    p, PARAM_INT8, turn_finish, f, n, params_item_int8(p, x->retry_ms));
	EACH(p, PARAM_TIMESTAMPTZ, turn_finish, f, n,
	    params_item_time(p, x->started));
	EACH(p, PARAM_TIMESTAMPTZ, turn_finish, f, n,
	    params_item_time(p, x->ended));
}

void
turn_cursor_params(struct params *p, const struct turn_cursor *cursor, size_t n)
{
	EACH(p, PARAM_TEXT, turn_cursor, cursor, n,
	    params_item_text(p, slice_str(x->queue)));
	EACH(p, PARAM_TIMESTAMPTZ, turn_cursor, cursor, n,
	    params_item_time(p, x->position));
	EACH(
	    p, PARAM_UUID, turn_cursor, cursor, n, params_item_uuid(p, &x->id));
}

void
turn_params(struct params *p, const struct run_worker *w, const struct turn *t)
{
	run_worker_params(p, w);
	finish_params(p, t->finish, t->finishes);
	EACH(p, PARAM_UUID, turn_start, t->start, t->starts,
	    params_item_uuid(p, &x->id));
	EACH(p, PARAM_INT4, turn_start, t->start, t->starts,
	    params_item_int4(p, x->attempt));
	params_int4(p, t->want);
	if (t->lean)
		params_null(p);
	else
		params_int4(p, t->max_bytes);
	turn_cursor_params(p, t->cursor, t->cursors);
}

/* The word's place in the list; -1: not there. */
static int
word_find(struct slice word, const char *const *list, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (slice_eq_str(word, list[i]))
			return i;
	return -1;
}

/* What only a claim has; two rows of three are none. */
static void
claim_read(const struct rows *r, int i, struct turn_row *out)
{
	out->max_attempts = rows_int4(r, i, T_MAX_ATTEMPTS);
	out->failures = rows_int4(r, i, T_FAILURES);
	out->owner = rows_text(r, i, T_OWNER);
	out->type = rows_text(r, i, T_TYPE);
	out->request = rows_text(r, i, T_REQUEST);
	out->request_fields = rows_text(r, i, T_REQUEST_FIELDS);
	out->size = rows_int8(r, i, T_SIZE);
	out->digest = rows_bytes(r, i, T_DIGEST);
	out->body = rows_bytes(r, i, T_BODY);
	out->state = rows_bytes(r, i, T_STATE);
	out->lost = rows_bool(r, i, T_LOST);
	out->accepted = rows_time(r, i, T_ACCEPTED);
	out->time_limit_ms = rows_int8(r, i, T_TIME_LIMIT_MS);
	out->cpu_limit_s = rows_int4(r, i, T_CPU_LIMIT_S);
	out->memory_limit = rows_int8(r, i, T_MEMORY_LIMIT);
	out->max_output = rows_int8(r, i, T_MAX_OUTPUT);
	out->max_files = rows_int4(r, i, T_MAX_FILES);
}

enum err_code
turn_row_read(const struct rows *r, int i, struct turn_row *out, struct err *e)
{
	struct slice verdict = rows_text(r, i, T_VERDICT);
	int k = word_find(rows_text(r, i, T_KIND), kinds, COUNT(kinds));
	int v = verdict.len == 0 ?
		    TURN_NONE :
		    word_find(verdict, verdicts, COUNT(verdicts));

	if (k == -1 || (v == -1 && k != TURN_ROW_CLAIM))
		return err_set(e, ERR_SHAPE,
		    "turn answered a row that this program does not know; "
		    "install the version that belongs to the database");
	*out = (struct turn_row) {
		.kind = (enum turn_kind)k,
		.verdict = v == -1 ? TURN_NONE : (enum turn_verdict)v,
		.id = rows_uuid(r, i, T_ID),
		.fate = rows_text(r, i, T_TYPE),
		.attempt = rows_int4(r, i, T_ATTEMPT),
		.queue = rows_text(r, i, T_QUEUE),
		.position = rows_time(r, i, T_POSITION),
		.due = rows_time(r, i, T_DUE),
	};
	if (k == TURN_ROW_CLAIM)
		claim_read(r, i, out);
	return ERR_OK;
}

void
mine_params(struct params *p, const struct run_worker *w,
    const struct uuid *known, size_t len)
{
	run_worker_params(p, w);
	EACH(p, PARAM_UUID, uuid, known, len, params_item_uuid(p, x));
}

void
give_back_params(struct params *p, const struct run_worker *w,
    const struct turn_return *back, size_t len)
{
	run_worker_params(p, w);
	EACH(
	    p, PARAM_UUID, turn_return, back, len, params_item_uuid(p, &x->id));
	EACH(p, PARAM_BOOL, turn_return, back, len,
	    params_item_bool(p, x->started));
}

void
output_params(struct params *p, const struct run_worker *w,
    const struct turn_start *job, int seq, struct slice data)
{
	run_worker_params(p, w);
	params_uuid(p, &job->id);
	params_int4(p, job->attempt);
	params_int4(p, seq);
	params_bytes_lent(p, data);
}

void
progress_params(struct params *p, const struct run_worker *w,
    const struct turn_progress *said, size_t len)
{
	run_worker_params(p, w);
	EACH(p, PARAM_UUID, turn_progress, said, len,
	    params_item_uuid(p, &x->id));
	EACH(p, PARAM_INT4, turn_progress, said, len,
	    params_item_int4(p, x->attempt));
	EACH(p, PARAM_TEXT, turn_progress, said, len,
	    params_item_text(p, x->text));
}

void
digest_params(struct params *p, const struct run_worker *w,
    const struct uuid *id, const uint8_t digest[static DIGEST_LEN])
{
	run_worker_params(p, w);
	params_uuid(p, id);
	params_bytes(p, slice_mem(digest, DIGEST_LEN));
}

void
input_params(struct params *p, const struct uuid *id, int seq)
{
	params_uuid(p, id);
	params_int4(p, SUBMISSION);
	params_int4(p, seq);
}
