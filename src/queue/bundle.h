/*
 * Taking a bundle: many jobs of one request, all or nothing.
 *
 * Lines are stored in pieces that nobody sees; the seal, one small
 * transaction, makes them jobs.  Each call is idempotent by the bundle's id
 * (and the number of a line).  Refusals as in accept.h.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_BUNDLE_H
#define ND_QUEUE_BUNDLE_H

#include "queue/accept.h"
#include "queue/bundle_state.h"

/* A new id, by which those of its lines are known: see store_new_id. */
enum err_code bundle_new_id(struct store *s, unsigned placement,
    int64_t deadline_ms, struct uuid *out, struct err *e);

/* The id of the job of a line, from 1. */
struct uuid bundle_line_id(const struct uuid *bundle, int32_t line);

/* Judge id, queue, owner, request and key of *b before the first line is
 * stored.  *limit is what was exceeded, or with ERR_OK how long a line may
 * be. */
enum err_code bundle_open(struct store *s, const struct submission *b,
    int64_t deadline_ms, int64_t *limit, struct err *e);

struct bundle_line {
	struct slice body;
	uint8_t digest[DIGEST_LEN];
};

/* n lines, the first of which has the number first.  ERR_BUSY: those before
 * are lost. */
enum err_code bundle_append(struct store *s, const struct uuid *id,
    int32_t first, const struct bundle_line *lines, size_t n,
    int64_t deadline_ms, struct err *e);

/*
 * It is complete: id, key and digest (of the whole body) of *b; lines, and
 * bytes of the lines without their ends.  ERR_OK only when it is durable; then
 * *out is the bundle (out->rows is the caller's): the first of the key, where
 * it was known.  Else out->limit is what was exceeded.
 */
enum err_code bundle_seal(struct store *s, const struct submission *b,
    int64_t lines, int64_t bytes, int64_t deadline_ms, struct bundle_state *out,
    struct err *e);

/* Forget it; what is not done by the deadline is swept later. */
void bundle_abort(struct store *s, const struct uuid *id, int64_t deadline_ms);

#endif
