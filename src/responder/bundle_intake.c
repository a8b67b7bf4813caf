/*
 * A bundle on its way into the database.
 *
 * The buffer is filled, its whole lines are checked, and sent in one call with
 * their digests, straight from where they lie; what is left of a line moves to
 * the front.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/bundle_intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/ndjson.h"
#include "http/problem.h"

#define BUFFER_SIZE (2 * 1024 * 1024)
#define LINES_MOST 8192 /* of one call */
#define LINE_MOST 262144
#define ABORT_MS 3000

struct sheaf {
	struct call *call;
	struct submit *submit;
	struct ndjson split;
	struct digest *whole;
	char *in;
	size_t len; /* bytes in it */
	bool end;   /* the body has ended */
	struct bundle_line *line;
	size_t lines;  /* in hand, not sent yet */
	int64_t sent;  /* lines */
	int64_t bytes; /* of all lines, without their ends */
};

/* Read until the buffer is full or the body ends. */
static enum err_code
fill(struct sheaf *b, struct err *e)
{
	struct exchange *x = b->call->x;
	size_t from = b->len;

	while (b->len < BUFFER_SIZE && !b->end) {
		long n = exchange_read(x, b->in + b->len, BUFFER_SIZE - b->len);

		if (n < 0)
			return err_set(e, ERR_CLIENT_GONE,
			    "the body broke off after %" PRIu64 " bytes",
			    x->received);
		b->end = n == 0;
		b->len += (size_t)n;
	}
	exchange_renew(x);
	digest_add(b->whole, b->in + from, b->len - from);
	return ERR_OK;
}

static enum err_code
send_lines(struct sheaf *b, struct err *e)
{
	struct exchange *x = b->call->x;
	enum err_code code;

	if (b->lines == 0)
		return ERR_OK;
	exchange_renew(x);
	code = bundle_append(x->store, &b->submit->job.id,
	    (int32_t)(b->sent + 1), b->line, b->lines, x->deadline_ms, e);
	b->sent += (int64_t)b->lines;
	b->lines = 0;
	return code;
}

static void
take_line(struct sheaf *b, struct slice line)
{
	struct bundle_line *l = &b->line[b->lines++];

	l->body = line;
	digest_sha256(line, l->digest);
	b->bytes += (int64_t)line.len;
}

/* All whole lines of the buffer. */
static enum err_code
take_lines(struct sheaf *b, struct err *e)
{
	struct slice rest = slice_mem(b->in, b->len);
	struct slice line;
	bool got = true;
	enum err_code code = ERR_OK;

	while (code == ERR_OK) {
		code = ndjson_next(&b->split, &rest, b->end, &line, &got, e);
		if (code != ERR_OK || !got)
			break;
		take_line(b, line);
		if (b->lines == LINES_MOST)
			code = send_lines(b, e);
	}
	if (code == ERR_LINE || code == ERR_TOO_LARGE)
		b->call->line = b->split.line;
	if (code == ERR_TOO_LARGE)
		b->call->limit = b->split.line > NDJSON_LINES ?
				     NDJSON_LINES :
				     (int64_t)b->split.limit;
	if (code == ERR_OK)
		code = send_lines(b, e);
	if (rest.len > 0)
		memmove(b->in, rest.ptr, rest.len);
	b->len = rest.len;
	return code;
}

static enum err_code
take_body(struct sheaf *b, struct err *e)
{
	struct submission *j = &b->submit->job;
	enum err_code code = ERR_OK;

	while (code == ERR_OK && !b->end) {
		code = fill(b, e);
		if (code == ERR_OK)
			code = take_lines(b, e);
	}
	if (code != ERR_OK)
		return code;
	digest_end(b->whole, j->digest);
	if ((code = intake_check(b->call, j, b->submit->claim, e)) != ERR_OK)
		return code;
	if (b->sent == 0)
		return err_set(e, ERR_LINE, "there is no line in it");
	return ERR_OK;
}

/* How long a line may be: a job of it is stored in one row. */
static size_t
line_limit(const struct call *c, int64_t queue_limit)
{
	int64_t most = c->x->config->inline_limit;

	if (queue_limit < most)
		most = queue_limit;
	return most < LINE_MOST ? (size_t)most : LINE_MOST;
}

/* Everything between the opening and the end. */
static enum err_code
take(struct sheaf *b, struct bundle_state *out, struct err *e)
{
	struct exchange *x = b->call->x;
	struct submission *j = &b->submit->job;
	enum err_code code;

	if ((code = take_body(b, e)) == ERR_OK) {
		exchange_renew(x);
		out->limit = 0;
		code = bundle_seal(
		    x->store, j, b->sent, b->bytes, x->deadline_ms, out, e);
		if (code != ERR_OK)
			b->call->limit = out->limit;
	}
	/* With the database in trouble it is left to the sweep. */
	if (code != ERR_OK && !problem_get(code)->ours) {
		exchange_renew(x);
		bundle_abort(x->store, &j->id, clock_mono_ms() + ABORT_MS);
	}
	return code;
}

/* The id, its URL with the key, and the queue's verdict: whatever can fail
 * comes before a line is stored. */
static enum err_code
open_bundle(struct sheaf *b, struct job_ref *ref, struct err *e)
{
	struct exchange *x = b->call->x;
	struct submission *j = &b->submit->job;
	int64_t limit = 0;
	enum err_code code;

	code = bundle_new_id(
	    x->store, intake_placement(j), x->deadline_ms, &j->id, e);
	if (code == ERR_OK)
		code = job_ref_make_bundle(b->call, &j->id, j->owner, ref, e);
	if (code == ERR_OK)
		code = bundle_open(x->store, j, x->deadline_ms, &limit, e);
	if (code == ERR_OK)
		b->split.limit = line_limit(b->call, limit);
	else
		b->call->limit = limit;
	return code;
}

enum err_code
bundle_intake(struct call *c, struct submit *s, struct job_ref *ref,
    struct bundle_state *out, struct err *e)
{
	struct sheaf b = { .call = c, .submit = s };
	enum err_code code;

	if ((code = open_bundle(&b, ref, e)) != ERR_OK)
		return code;
	b.in = malloc(BUFFER_SIZE);
	b.line = calloc(LINES_MOST, sizeof(*b.line));
	b.whole = digest_new();
	if (b.in == NULL || b.line == NULL)
		code = err_set(e, ERR_INTERNAL, "no memory for lines");
	else
		code = take(&b, out, e);
	digest_free(b.whole);
	free(b.line);
	free(b.in);
	return code;
}
