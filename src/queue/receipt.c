/*
 * Verdicts and receipts.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/receipt.h"

#include <inttypes.h>
#include <string.h>

/* Columns of STMT_JOB_ACCEPT, STMT_JOB_ACCEPT_MANY, STMT_UPLOAD_FINISH,
 * STMT_NAMED_ACCEPT. */
enum {
	COL_ID,
	COL_VERDICT,
	COL_REPLY,
	COL_ACCEPTED,
	COL_SIZE,
	COL_DIGEST,
	COL_STATUS,
	COL_VERSION,
	COL_QUOTE,
	COL_LIMIT = COL_QUOTE + 6,
	COL_REPEATED
};

static const struct {
	const char *verdict;
	enum err_code code;
	const char *text;
} verdicts[] = {
	{ "no_queue", ERR_NOT_FOUND,
	    "there is no queue of this name; GET /queues lists them" },
	{ "nobody", ERR_UNAUTHORIZED,
	    "the queue takes jobs only of those who have authenticated" },
	{ "forbidden", ERR_FORBIDDEN,
	    "the queue does not take jobs of yours; its operator says whose "
	    "it takes" },
	{ "closed", ERR_QUEUE_CLOSED,
	    "the queue takes no jobs at present; try again later" },
	{ "backlog", ERR_BACKLOG,
	    "the queue is full; try again when its next run has begun" },
	{ "quota", ERR_QUOTA,
	    "as many of your jobs wait in this queue as may; wait for its next "
	    "run, or dismiss one" },
	{ "alone", ERR_ALONE, "the queue has a quota" },
	{ "too_large", ERR_TOO_LARGE,
	    "the body is larger than the queue allows; send less, or split "
	    "it" },
	{ "media_type", ERR_MEDIA_TYPE,
	    "the queue does not take this Content-Type; GET /queues shows "
	    "which it does" },
	{ "clock", ERR_CLOCK,
	    "the clocks of this server and of its database are far apart; "
	    "try again" },
	{ "taken", ERR_CONFLICT,
	    "the job's id is in use; send the request again" },
	{ "key_conflict", ERR_KEY_REUSED,
	    "this Idempotency-Key was used with another payload; use a new "
	    "key for a new job" },
	{ "key_busy", ERR_CONFLICT,
	    "the first request with this Idempotency-Key is still being "
	    "answered; send it again in a moment" },
	{ "precondition", ERR_PRECONDITION,
	    "If-Match or If-None-Match does not hold for the job that waits "
	    "under this name, or for there being none" },
	{ "none", ERR_GONE,
	    "the upload is kept no longer; send the whole body again" },
};

enum err_code
receipt_verdict(struct slice verdict, int64_t limit, struct err *e)
{
	if (slice_eq_str(verdict, "ok"))
		return ERR_OK;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		if (!slice_eq_str(verdict, verdicts[i].verdict))
			continue;
		if (limit > 0)
			return err_set(e, verdicts[i].code,
			    "%s (limit %" PRId64 ")", verdicts[i].text, limit);
		return err_set(e, verdicts[i].code, "%s", verdicts[i].text);
	}
	return err_set(e, ERR_SHAPE,
	    "the database's verdict is %.*s, which this program does not "
	    "know: install the newer program",
	    (int)verdict.len, verdict.ptr == NULL ? "" : verdict.ptr);
}

/* A text into an array, cut where it is longer. */
static void
copy_text(char *out, size_t size, struct slice s)
{
	size_t len = s.len < size ? s.len : size - 1;

	if (len > 0)
		memcpy(out, s.ptr, len);
	out[len] = '\0';
}

void
receipt_quote(const struct rows *r, int row, int col, struct quote *out)
{
	out->earliest = rows_time(r, row, col);
	out->likely = rows_time(r, row, col + 1);
	out->latest = rows_time(r, row, col + 2);
	out->ahead = rows_int8(r, row, col + 3);
	out->fits = rows_bool(r, row, col + 4);
	copy_text(out->basis, sizeof(out->basis), rows_text(r, row, col + 5));
}

enum err_code
receipt_read(const struct rows *r, int row, struct receipt *out, struct err *e)
{
	int64_t limit = rows_int8(r, row, COL_LIMIT);
	enum err_code code =
	    receipt_verdict(rows_text(r, row, COL_VERDICT), limit, e);
	struct slice digest = rows_bytes(r, row, COL_DIGEST);

	out->limit = limit;
	if (code != ERR_OK)
		return code;
	out->digested = digest.ptr != NULL;
	if (out->digested && digest.len != DIGEST_LEN)
		return err_set(e, ERR_SHAPE, "a receipt's digest is not one");
	if (out->digested)
		memcpy(out->digest, digest.ptr, DIGEST_LEN);
	out->id = rows_uuid(r, row, COL_ID);
	out->reply = rows_int4(r, row, COL_REPLY);
	out->accepted = rows_time(r, row, COL_ACCEPTED);
	out->size = rows_int8(r, row, COL_SIZE);
	copy_text(
	    out->status, sizeof(out->status), rows_text(r, row, COL_STATUS));
	copy_text(
	    out->version, sizeof(out->version), rows_text(r, row, COL_VERSION));
	receipt_quote(r, row, COL_QUOTE, &out->quote);
	out->repeated = rows_bool(r, row, COL_REPEATED);
	return ERR_OK;
}

enum err_code
receipt_only(const struct rows *r, struct receipt *out, struct err *e)
{
	if (rows_count(r) != 1)
		return err_set(
		    e, ERR_SHAPE, "%d receipts for one job", rows_count(r));
	return receipt_read(r, 0, out, e);
}
