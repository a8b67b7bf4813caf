/*
 * A body on its way into the database.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "http/problem.h"

struct intake {
	struct call *call;
	struct submission *job;
	const struct intake_claim *claim;
	struct job_ref *ref;
	char *part; /* what has been read and not stored yet */
	size_t len, size;
	bool end; /* the body has ended */
	int seq;
	int64_t limit; /* what may come, in parts; or what was exceeded */
	struct digest *digest; /* of a body in parts */
};

static int64_t
announced(const struct intake *in)
{
	return in->call->request.content_length;
}

/* Read until the buffer is full or the body ends. */
static enum err_code
fill(struct intake *in, struct err *e)
{
	in->len = 0;
	while (in->len < in->size) {
		long n = exchange_read(
		    in->call->x, in->part + in->len, in->size - in->len);

		if (n < 0)
			return err_set(e, ERR_CLIENT_GONE,
			    "the body broke off after %" PRIu64 " bytes",
			    in->call->x->received);
		if (n == 0) {
			in->end = true;
			break;
		}
		in->len += (size_t)n;
	}
	exchange_renew(in->call->x);
	if (announced(in) >= 0 &&
	    in->call->x->received > (uint64_t)announced(in))
		return err_set(e, ERR_LENGTH,
		    "the body is longer than its Content-Length, %" PRId64,
		    announced(in));
	return ERR_OK;
}

enum err_code
intake_check(const struct call *c, struct submission *j,
    const struct intake_claim claim[static INTAKE_CLAIMS], struct err *e)
{
	int64_t announced = c->request.content_length;

	j->size = (int64_t)c->x->received;
	if (announced >= 0 && j->size != announced)
		return err_set(e, ERR_LENGTH,
		    "%" PRId64 " bytes came, Content-Length was %" PRId64,
		    j->size, announced);
	for (int i = 0; i < INTAKE_CLAIMS; i++)
		if (claim[i].given &&
		    memcmp(claim[i].digest, j->digest, DIGEST_LEN) != 0)
			return err_set(e, ERR_DIGEST,
			    "the %" PRId64 " bytes that came have another "
			    "SHA-256 than the request says",
			    j->size);
	return ERR_OK;
}

/* The first bits of the hash of some words. */
static unsigned
hash_words(const struct slice *word, int n)
{
	uint8_t hash[DIGEST_LEN];
	struct digest *d = digest_new();

	for (int i = 0; i < n; i++) {
		if (i > 0)
			digest_add(d, "", 1);
		digest_add(d, word[i].ptr, word[i].len);
	}
	digest_end(d, hash);
	digest_free(d);
	return (unsigned)(hash[0] << 8 | hash[1]) & 0xfff;
}

/* A router can place by these bits: a retry lands where the first did, and what
 * replaces a job where that is. */
unsigned
intake_placement(const struct submission *j)
{
	uint16_t random;

	if (j->name.ptr != NULL)
		return hash_words(
		    (const struct slice[]) { j->queue, j->owner, j->name }, 3);
	if (j->key.ptr != NULL)
		return hash_words(
		    (const struct slice[]) { j->owner, j->key }, 2);
	digest_random(&random, sizeof(random));
	return random & 0xfff;
}

/* The id, and its URL with the key: whatever can fail comes before the job is
 * stored. */
static enum err_code
new_id(struct intake *in, struct err *e)
{
	struct exchange *x = in->call->x;
	struct submission *j = in->job;
	enum err_code code;

	code = store_new_id(
	    x->store, intake_placement(j), x->deadline_ms, &j->id, e);
	if (code != ERR_OK)
		return code;
	return job_ref_make(in->call, &j->id, j->owner, in->ref, e);
}

static enum err_code
accept_inline(struct intake *in, struct receipt *out, struct err *e)
{
	struct exchange *x = in->call->x;
	struct submission *j = in->job;
	enum err_code code;

	j->body = slice_mem(in->part, in->len);
	digest_sha256(j->body, j->digest);
	if ((code = intake_check(in->call, j, in->claim, e)) != ERR_OK)
		return code;
	if ((code = new_id(in, e)) != ERR_OK)
		return code;
	code = accept_job(x->store, j, x->deadline_ms, out, e);
	in->limit = out->limit;
	return code;
}

static enum err_code
put_part(struct intake *in, struct err *e)
{
	struct exchange *x = in->call->x;
	enum err_code code;

	if (in->limit > 0 && x->received > (uint64_t)in->limit)
		return err_set(e, ERR_TOO_LARGE,
		    "the queue takes bodies of at most %" PRId64 " bytes",
		    in->limit);
	digest_add(in->digest, in->part, in->len);
	code = upload_part(x->store, &in->job->id, in->seq++,
	    slice_mem(in->part, in->len), x->deadline_ms, e);
	in->len = 0;
	return code;
}

/* Everything between the opening of an upload and its end. */
static enum err_code
put_parts(struct intake *in, struct receipt *out, struct err *e)
{
	struct exchange *x = in->call->x;
	enum err_code code = ERR_OK;

	while (code == ERR_OK) {
		if (in->len == 0 && !in->end)
			code = fill(in, e);
		if (code != ERR_OK || in->len == 0)
			break;
		code = put_part(in, e);
	}
	if (code != ERR_OK)
		return code;
	digest_end(in->digest, in->job->digest);
	if ((code = intake_check(in->call, in->job, in->claim, e)) != ERR_OK)
		return code;
	exchange_renew(x);
	code = accept_upload(x->store, in->job, x->deadline_ms, out, e);
	in->limit = out->limit;
	return code;
}

static enum err_code
accept_parts(struct intake *in, struct receipt *out, struct err *e)
{
	struct exchange *x = in->call->x;
	enum err_code code;

	if ((code = new_id(in, e)) != ERR_OK)
		return code;
	code = upload_open(
	    x->store, in->job, announced(in), x->deadline_ms, &in->limit, e);
	if (code != ERR_OK)
		return code;
	in->digest = digest_new();
	code = put_parts(in, out, e);
	digest_free(in->digest);
	/* With the database in trouble it is left to the sweep: another call
	 * would only make the client wait. */
	if (code != ERR_OK && !problem_get(code)->ours) {
		exchange_renew(x);
		upload_abort(x->store, &in->job->id, x->deadline_ms);
	}
	return code;
}

static size_t
inline_limit(const struct config *c)
{
	return c->inline_limit < PART_SIZE ? (size_t)c->inline_limit :
					     PART_SIZE;
}

static enum err_code
take(struct intake *in, size_t most, struct receipt *out, struct err *e)
{
	enum err_code code;

	/* Known to be long: to be judged before a byte of it is read. */
	if (announced(in) > (int64_t)most)
		return accept_parts(in, out, e);
	if ((code = fill(in, e)) != ERR_OK)
		return code;
	if (in->end && in->len <= most)
		return accept_inline(in, out, e);
	return accept_parts(in, out, e);
}

enum err_code
intake_accept(struct call *c, struct submission *job,
    const struct intake_claim claim[static INTAKE_CLAIMS], struct job_ref *ref,
    struct receipt *out, struct err *e)
{
	size_t most = inline_limit(c->x->config);
	struct intake in = {
		.call = c, .job = job, .claim = claim, .ref = ref
	};
	enum err_code code;

	/* One byte more than announced, to see whether there is more. */
	in.size = PART_SIZE;
	if (announced(&in) >= 0 && announced(&in) <= (int64_t)most)
		in.size = (size_t)announced(&in) + 1;
	if ((in.part = malloc(in.size)) == NULL)
		return err_set(e, ERR_INTERNAL, "no memory for a part");
	code = take(&in, most, out, e);
	if (code == ERR_TOO_LARGE || code == ERR_BACKLOG || code == ERR_QUOTA)
		c->limit = in.limit;
	free(in.part);
	return code;
}
