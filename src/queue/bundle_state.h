/*
 * What a bundle has come to: the reader's side.  who and the errors are as in
 * monitor.h.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_BUNDLE_STATE_H
#define ND_QUEUE_BUNDLE_STATE_H

#include "queue/monitor.h"

/* Slices live as long as rows (free with rows_free). */
struct bundle_state {
	struct rows *rows;
	int64_t limit; /* what was exceeded, where it was refused */
	struct uuid id;
	struct slice queue, owner, status, version;
	int lines;
	int64_t running, successful, failed, dismissed;
	int64_t accepted, finished, expires; /* us or TIME_NONE */
	int64_t size;
	struct slice digest;
	struct quote quote;
	int carried_over; /* windows that closed before it was done */
};

/* Columns of STMT_BUNDLE_SEAL and STMT_BUNDLE_READ; r is then the state's,
 * or freed where the verdict is an error. */
enum err_code bundle_state_take(
    struct rows *r, struct bundle_state *out, struct err *e);

enum err_code bundle_read(struct store *s, const struct reader *who,
    int64_t deadline_ms, struct bundle_state *out, struct err *e);

/* Dismiss what waits, a piece at a time until until_ms.  *done: all of it has
 * ended.  Else workers have been told to end some, or it took too long, and
 * the next run will dismiss the rest before it takes a job. */
enum err_code bundle_stop(struct store *s, const struct reader *who,
    int64_t until_ms, int64_t deadline_ms, bool *done, struct err *e);

/* Members behind a line, at most so many; *rows must be freed. */
struct bundle_member {
	int line;
	struct uuid id;
	struct slice status;
	int code; /* 0: it has not ended */
	int64_t finished;
};
enum err_code bundle_jobs(struct store *s, const struct reader *who,
    int32_t after, int most, int64_t deadline_ms, struct rows **rows,
    struct err *e);
struct bundle_member bundle_member_at(const struct rows *rows, int i);

/* Answers behind a line, as many as go well into memory; none: that was all.
 * *rows must be freed. */
struct bundle_answer {
	int line;
	struct uuid id;
	int status; /* 0: it has not ended, and nothing else is set */
	struct slice reason, outcome, by;
	struct slice fields, extra_names; /* as in struct answer */
	int64_t size;
	struct slice body; /* ptr NULL: it is long */
	int64_t finished;
};
enum err_code bundle_answers(struct store *s, const struct reader *who,
    int32_t after, int64_t deadline_ms, struct rows **rows, struct err *e);
struct bundle_answer bundle_answer_at(const struct rows *rows, int i);

#endif
