/*
 * Uploads that can be resumed (tus): a body that comes in any number of
 * requests.  With its last byte it becomes a job.
 *
 * One request at a time adds bytes: the latest that took the upload, its
 * writer.  What an earlier one still sends is refused (ERR_OFFSET), so two
 * requests at one offset cannot mix their bytes.
 *
 * Everywhere: errors of the database; ERR_NOT_FOUND: none, or not the
 * caller's; ERR_GONE: expired, or ended.  All calls are idempotent.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_RESUME_H
#define ND_QUEUE_RESUME_H

#include "queue/accept.h"
#include "queue/monitor.h"

/* The upload that *j is to become: id, queue, owner, request, type, and size
 * are used.  Durable.  Refusals and *limit as upload_open. */
enum err_code resume_create(struct store *s, const struct submission *j,
    const struct uuid *writer, int64_t deadline_ms, int64_t *limit,
    int64_t *expires, struct err *e);

struct upload_state {
	struct rows *rows; /* rows_free; metadata lives as long */
	struct slice metadata;
	int64_t received, length;
	int64_t expires; /* us; TIME_NONE of a job */
	int parts;	 /* where resume_take has read it */
	bool done;	 /* it is a job */
};
enum err_code resume_read(struct store *s, const struct reader *who,
    int64_t deadline_ms, struct upload_state *out, struct err *e);

/* writer is about to add bytes at this offset.  ERR_OFFSET: it is at another.
 * Of a job nothing is taken (out->done). */
enum err_code resume_take(struct store *s, const struct reader *who, int64_t at,
    const struct uuid *writer, int64_t deadline_ms, struct upload_state *out,
    struct err *e);

/* A part of at most PART_SIZE bytes, with the number seq.  keep: it stays,
 * whatever becomes of this request; else until resume_keep or
 * resume_complete. */
enum err_code resume_append(struct store *s, const struct uuid *id,
    const struct uuid *writer, int seq, struct slice data, bool keep,
    int64_t deadline_ms, struct err *e);

/* So many parts, with so many bytes, are durable; *expires moves on. */
enum err_code resume_keep(struct store *s, const struct uuid *id,
    const struct uuid *writer, int parts, int64_t received, int64_t deadline_ms,
    int64_t *expires, struct err *e);

/* All bytes are here, in so many parts: a job.  Refusals as accept_upload; the
 * upload is then gone. */
struct resumed {
	struct uuid id, writer;
	int parts;
	struct slice digest; /* SLICE_NONE: it came in pieces */
};
enum err_code resume_complete(struct store *s, const struct resumed *upload,
    int64_t deadline_ms, struct receipt *out, struct err *e);

/* The client gives it up.  *done: it is a job, and was left alone. */
enum err_code resume_end(struct store *s, const struct reader *who,
    int64_t deadline_ms, bool *done, struct err *e);

#endif
