/*
 * Taking a job: the submission, the receipt, and the ways in (grouped, with a
 * key, under a name; streamed or not).
 *
 * Each returns ERR_OK only when the job is durable.  Where the outcome of a
 * call is unknown the same call is made again with the same id, twice within
 * the deadline, and only that answer decides; then ERR_UNKNOWN.
 * ERR_NO_PARTITION is answered by one upkeep() and another try.
 *
 * Refusals: ERR_NOT_FOUND (queue), ERR_QUEUE_CLOSED, ERR_BACKLOG,
 * ERR_UNAUTHORIZED and ERR_FORBIDDEN (it says who may submit), ERR_QUOTA,
 * ERR_TOO_LARGE, ERR_MEDIA_TYPE, ERR_CLOCK, ERR_KEY_REUSED, ERR_CONFLICT (the
 * first request with this key is still in flight), ERR_PRECONDITION.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_ACCEPT_H
#define ND_QUEUE_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/slice.h"
#include "base/uuid.h"
#include "queue/store.h"

struct submission {
	struct uuid id;
	struct slice queue, owner;
	struct slice request; /* JSON object of CGI variables, valid UTF-8 */
	struct slice type;    /* Content-Type; SLICE_NONE: none */
	struct slice body;    /* inline body; SLICE_NONE for an upload */
	struct slice key;     /* Idempotency-Key; SLICE_NONE: none */
	/* Of a PUT: the job's name, and what must be true of the job that waits
	 * under it, as etag_list writes it; SLICE_NONE: none. */
	struct slice name, if_match, if_none_match;
	int64_t size;
	uint8_t digest[DIGEST_LEN];
};

struct quote {
	int64_t earliest, likely, latest; /* us; TIME_NONE: no history */
	int64_t ahead;
	bool fits;
	char basis[128];
};

struct receipt {
	struct uuid id; /* of the first job, where the key was known */
	int reply;	/* the queue's: 201, 202, 204; of a PUT: 201, 204 */
	int64_t accepted, size;
	uint8_t digest[DIGEST_LEN];
	bool digested; /* false: it came in pieces, and nobody has read it */
	char status[16];
	char version[64];
	struct quote quote;
	int64_t limit; /* exceeded: ERR_TOO_LARGE, ERR_BACKLOG, ERR_QUOTA */
	bool repeated; /* it was there already */
};

/* Inline body: grouped with what others bring, or alone where it has a key or a
 * name. */
enum err_code accept_job(struct store *s, const struct submission *j,
    int64_t deadline_ms, struct receipt *out, struct err *e);

/*
 * A body in parts.  Open judges queue, owner, type, key and declared size (-1:
 * not known) before the first byte is stored; each part is durable on its own
 * and invisible until accept_upload; abort forgets it all (errors are swept
 * later). *limit is what was exceeded, or with ERR_OK the largest body there
 * may be. Parts are numbered from 0 and hold at most PART_SIZE bytes.
 */
#define PART_SIZE 262144
enum err_code upload_open(struct store *s, const struct submission *j,
    int64_t declared, int64_t deadline_ms, int64_t *limit, struct err *e);
enum err_code upload_part(struct store *s, const struct uuid *id, int seq,
    struct slice data, int64_t deadline_ms, struct err *e);
enum err_code accept_upload(struct store *s, const struct submission *j,
    int64_t deadline_ms, struct receipt *out, struct err *e);
void upload_abort(struct store *s, const struct uuid *id, int64_t deadline_ms);

#endif
