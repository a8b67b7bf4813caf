/*
 * What a job has come to: the reader's side.
 *
 * Everywhere: owner is the caller ("" for none); capability says that the
 * caller presented the right key.  ERR_NOT_FOUND: none, or not theirs.
 * ERR_GONE: kept no longer.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_MONITOR_H
#define ND_QUEUE_MONITOR_H

#include "queue/accept.h"

struct reader {
	struct uuid id;
	struct slice owner;
	bool capability;
};

struct rows;

/* Slices live as long as rows (free with rows_free). */
struct job_state {
	struct rows *rows;
	struct slice queue, owner, status, progress, message, type, version;
	int attempt;
	int carried_over; /* windows that closed before its turn */
	int64_t accepted, started, finished, expires; /* us or TIME_NONE */
	int64_t size;
	struct slice digest;
	struct quote quote;
	int outcome_status; /* 0: not final */
	struct slice outcome_reason, outcome_by;
};
enum err_code monitor_read(struct store *s, const struct reader *who,
    int64_t deadline_ms, struct job_state *out, struct err *e);

/* Bytes as stored: inline, or in parts of this holder. */
struct stored {
	struct rows *rows;
	struct slice type, encoding, digest;
	int64_t accepted, size, expires; /* TIME_NONE: not final */
	struct slice body;		 /* ptr NULL: in parts */
	int holder;
};
enum err_code monitor_request(struct store *s, const struct reader *who,
    int64_t deadline_ms, struct stored *out, struct err *e);

struct answer {
	struct stored body;
	bool finished; /* false: nothing else is set */
	int status;
	struct slice reason, outcome, by;
	struct slice fields;	  /* JSON [["Name", "value"], ...] */
	struct slice extra_names; /* JSON ["x-pages", ...] */
	int64_t at;
	int attempt;
};
enum err_code monitor_response(struct store *s, const struct reader *who,
    int64_t deadline_ms, struct answer *out, struct err *e);

/* One part; *rows must be freed after use.  ERR_GONE: no such part. */
enum err_code monitor_part(struct store *s, const struct uuid *id, int holder,
    int seq, int64_t deadline_ms, struct rows **rows, struct slice *data,
    struct err *e);

/* Where in parts the byte at an offset lies: the part, and the offset of its
 * first byte.  ERR_GONE: in none. */
enum err_code monitor_seek(struct store *s, const struct uuid *id, int holder,
    int64_t at, int64_t deadline_ms, int *seq, int64_t *start, struct err *e);

enum stop_result { STOP_DISMISSED, STOP_ALREADY, STOP_STOPPING };
/* ERR_CONFLICT: it is finished. */
enum err_code monitor_stop(struct store *s, const struct reader *who,
    int64_t deadline_ms, enum stop_result *out, struct err *e);

struct queue_info {
	struct slice name, description, media_types; /* media_types: JSON */
	int reply;
	bool accepting, held;
	int64_t max_size, waiting, running, next_start, last_run;
	int64_t graded, hits; /* first quotes of the last runs' jobs */
};
/* All of them, or the one of this name: no row where there is none.  Row i of
 * *rows; its count with rows_count. */
enum err_code monitor_queues(
    struct store *s, int64_t deadline_ms, struct rows **rows, struct err *e);
enum err_code monitor_queue(struct store *s, struct slice name,
    int64_t deadline_ms, struct rows **rows, struct err *e);
struct queue_info monitor_queue_at(const struct rows *rows, int i);

struct health {
	bool read_only, late, unbalanced;
	int partitions_ahead;
	int64_t clock, waiting, oldest_waiting, last_run, last_closed;
};
enum err_code monitor_health(
    struct store *s, int64_t deadline_ms, struct health *out, struct err *e);

/* The figures for monitoring: rows of metric, queue, detail, value, all text;
 * those of a metric follow each other. */
enum err_code monitor_metrics(
    struct store *s, int64_t deadline_ms, struct rows **rows, struct err *e);

#endif
