/*
 * Problem details.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/problem.h"

#include "http/json_put.h"

#define AGAIN                                             \
	"Send it again after Retry-After, with the same " \
	"Idempotency-Key if it had one."
#define TELL "Try again; if it persists, give the operator the id."

/* clang-format off */
static const struct problem problems[ERR_COUNT] = {
	[ERR_SYNTAX] = { 400, "Malformed request",
	    "Correct the request as the detail says.", false, false },
	[ERR_DIGEST] = { 400, "Body and digest do not match",
	    "Nothing was queued. Send it again, or correct the digest.",
	    false, false },
	[ERR_LENGTH] = { 400, "Body shorter or longer than announced",
	    "Nothing was queued. Send it again.", false, false },
	[ERR_UNAUTHORIZED] = { 401, "Who are you?",
	    "Authenticate and send it again.", false, false },
	[ERR_TOKEN] = { 401, "Token not valid",
	    "Send one that is, or leave it out; the operator makes them.",
	    false, false },
	[ERR_FORBIDDEN] = { 403, "Not allowed",
	    "Ask the operator, or send it from this site.", false, false },
	[ERR_NOT_FOUND] = { 404, "Not found, or not yours",
	    "Check the URL; the key behind ~ belongs to it.", false, false },
	[ERR_METHOD] = { 405, "Not a method of this resource",
	    "Use one that Allow names.", false, false },
	[ERR_CONFLICT] = { 409, "Not in this state",
	    "Look at the job's monitor, or wait for the first answer.", false, false },
	[ERR_GONE] = { 410, "Kept no longer",
	    "Submit it anew if it is still wanted.", false, false },
	[ERR_LENGTH_REQUIRED] = { 411, "Length required",
	    "Send it with the length that the detail names.", false, false },
	[ERR_PRECONDITION] = { 412, "Precondition failed",
	    "Nothing was changed. Get the resource, and decide anew.",
	    false, false },
	[ERR_TOO_LARGE] = { 413, "Body too large",
	    "Send at most limit bytes.", false, false },
	[ERR_MEDIA_TYPE] = { 415, "The queue does not take this media type",
	    "The queue's description names what it takes.", false, false },
	[ERR_RANGE] = { 416, "Range not satisfiable",
	    "Ask for bytes below the length that Content-Range tells.",
	    false, false },
	[ERR_KEY_REUSED] = { 422, "Idempotency-Key used for another request",
	    "Use a new key for a new request.", false, false },
	[ERR_LINE] = { 422, "A line cannot be taken",
	    "Nothing was queued. Correct the line, and send all of it again.",
	    false, false },
	[ERR_OFFSET] = { 409, "The upload is at another offset",
	    "HEAD tells how much is here; go on from there.", false, false },
	[ERR_CHECKSUM] = { 460, "Checksum mismatch",
	    "These bytes were thrown away. HEAD tells how much is here; "
	    "send them again.", false, false },
	[ERR_TUS_VERSION] = { 412, "Not a version of tus that is spoken here",
	    "Send Tus-Resumable with a version that Tus-Version names.",
	    false, false },
	[ERR_QUOTA] = { 429, "You have as many jobs waiting as you may",
	    "Send it again after Retry-After, or dismiss a waiting job.",
	    true, false },
	[ERR_FIELDS_TOO_LARGE] = { 431, "Request fields too large",
	    "Send fewer or shorter fields.", false, false },
	[ERR_NOT_IMPLEMENTED] = { 501, "Unknown method",
	    "OPTIONS tells which methods there are.", false, false },
	[ERR_ALONE] = { 500, "Internal error", TELL, false, true },
	[ERR_QUEUE_CLOSED] = { 503, "Queue closed",
	    "The queue takes no jobs at present. " AGAIN, true, false },
	[ERR_BACKLOG] = { 503, "Queue full", AGAIN, true, false },
	[ERR_DB_AWAY] = { 503, "Database away", AGAIN, true, true },
	[ERR_UNKNOWN] = { 503, "Not known to be stored", AGAIN, true, true },
	[ERR_READ_ONLY] = { 503, "Database is read-only", AGAIN, true, true },
	[ERR_NO_PARTITION] = { 503, "No table for this month",
	    AGAIN, true, true },
	[ERR_BUSY] = { 503, "Database busy", AGAIN, true, true },
	[ERR_CLOCK] = { 503, "Clocks disagree", AGAIN, true, true },
	[ERR_FULL] = { 503, "Database full", AGAIN, true, true },
	[ERR_LEASE] = { 500, "Internal error", TELL, false, true },
	[ERR_DB] = { 500, "Internal error", TELL, false, true },
	[ERR_SHAPE] = { 500, "Internal error", TELL, false, true },
	[ERR_SCHEMA] = { 503, "Being upgraded", AGAIN, true, true },
	[ERR_CONFIG] = { 503, "Not set up", AGAIN, true, true },
	[ERR_IO] = { 500, "Internal error", TELL, false, true },
	[ERR_CLIENT_GONE] = { 400, "The body broke off",
	    "Nothing was queued. Send it again.", false, false },
	[ERR_INTERNAL] = { 500, "Internal error", TELL, false, true },
};
/* clang-format on */

const struct problem *
problem_get(enum err_code code)
{
	if ((unsigned)code >= ERR_COUNT || problems[code].status == 0)
		return &problems[ERR_INTERNAL];
	return &problems[code];
}

void
problem_put(struct buf *out, struct slice prefix, const char *name,
    const struct problem *p, const struct problem_note *note)
{
	json_put_open(out, '{');
	json_put_name(out, "type");
	buf_putc(out, '"');
	buf_slice(out, prefix);
	buf_printf(out, "/problems#%s\"", name);
	json_put_name(out, "title");
	json_put_text(out, slice_str(p->title));
	json_put_name(out, "status");
	json_put_int(out, p->status);
	if (note->detail.len > 0) {
		json_put_name(out, "detail");
		json_put_text(out, note->detail);
	}
	json_put_name(out, "next");
	json_put_text(out, slice_str(p->next));
	if (note->limit > 0) {
		json_put_name(out, "limit");
		json_put_int(out, note->limit);
	}
	if (note->line > 0) {
		json_put_name(out, "line");
		json_put_int(out, note->line);
	}
	if (note->id != NULL) {
		json_put_name(out, "id");
		json_put_text(out, slice_str(note->id));
	}
	json_put_close(out, '}');
}
