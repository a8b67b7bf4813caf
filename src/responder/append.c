/*
 * The body of one request on its way into an upload.
 *
 * Parts without a checksum count at once, so that a responder that is killed
 * loses one part at most; parts of a body with a checksum, and the last part of
 * all, count with the call at the end.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/append.h"

#include <inttypes.h>
#include <stdlib.h>

#include "http/fields.h"
#include "responder/exchange.h"

struct body {
	struct append *to;
	char *part; /* what has been read and not stored yet */
	size_t len, size;
	bool end;	       /* it has ended, or broken off */
	struct digest *sum;    /* of this body; NULL: nobody wants it */
	struct digest *sha256; /* of the upload, where this is all of it */
	struct err broken;     /* how it broke off */
};

enum err_code
append_read_checksum(
    const struct request_variables *var, struct append *a, struct err *e)
{
	enum err_code code =
	    tus_checksum_parse(var->upload_checksum, &a->checksum, e);

	if (code != ERR_OK || a->checksum.algorithm != TUS_NO_CHECKSUM ||
	    var->content_digest.ptr == NULL)
		return code;
	code = field_digest_parse(
	    var->content_digest, &a->by_digest, a->checksum.digest, e);
	if (code == ERR_OK && a->by_digest) {
		a->checksum.algorithm = TUS_SHA256;
		a->checksum.len = DIGEST_LEN;
	}
	return code;
}

static int64_t
announced(const struct body *b)
{
	return b->to->call->request.content_length;
}

static void
break_off(struct body *b, enum err_code code)
{
	err_set(&b->broken, code,
	    "the body broke off after %" PRIu64 " bytes; HEAD tells how many "
	    "of them are here",
	    b->to->call->x->received);
	b->end = true;
}

/* Read until the buffer is full or the body ends. */
static void
fill(struct body *b)
{
	struct exchange *x = b->to->call->x;

	while (!b->end && b->len < b->size) {
		long n = exchange_read(x, b->part + b->len, b->size - b->len);

		if (n > 0)
			b->len += (size_t)n;
		else if (n < 0)
			break_off(b, ERR_CLIENT_GONE);
		else if (announced(b) > (int64_t)x->received)
			break_off(b, ERR_LENGTH);
		else
			b->end = true;
	}
	if (announced(b) >= 0 && (int64_t)x->received > announced(b)) {
		b->len = 0; /* nobody knows which of them were meant */
		break_off(b, ERR_LENGTH);
	}
	exchange_renew(x);
}

static bool
keep_at_once(const struct body *b)
{
	return b->to->checksum.algorithm == TUS_NO_CHECKSUM;
}

static enum err_code
fits(const struct append *a, int64_t len, struct err *e)
{
	if (len <= a->length - a->offset)
		return ERR_OK;
	a->call->limit = a->length;
	return err_set(e, ERR_TOO_LARGE,
	    "the upload was to have %" PRId64 " bytes", a->length);
}

static enum err_code
put_part(struct body *b, struct err *e)
{
	struct append *a = b->to;
	struct exchange *x = a->call->x;
	enum err_code code;

	if ((code = fits(a, (int64_t)b->len, e)) != ERR_OK)
		return code;
	if (b->sum != NULL)
		digest_add(b->sum, b->part, b->len);
	if (b->sha256 != NULL)
		digest_add(b->sha256, b->part, b->len);
	code = resume_append(x->store, &a->id, &a->writer, a->parts,
	    slice_mem(b->part, b->len), keep_at_once(b), x->deadline_ms, e);
	if (code != ERR_OK)
		return code;
	a->parts++;
	a->offset += (int64_t)b->len;
	b->len = 0;
	return ERR_OK;
}

static enum err_code
check(struct body *b, struct err *e)
{
	const struct tus_checksum *want = &b->to->checksum;
	uint8_t digest[DIGEST_LEN];

	if (b->sum == NULL)
		return ERR_OK;
	digest_end(b->sum, digest);
	if (digest_equal(digest, want->digest, want->len))
		return ERR_OK;
	return err_set(e, b->to->by_digest ? ERR_DIGEST : ERR_CHECKSUM,
	    "the %" PRIu64 " bytes that came have another checksum",
	    b->to->call->x->received);
}

static enum err_code
complete(struct body *b, struct err *e)
{
	struct append *a = b->to;
	struct resumed upload = { a->id, a->writer, a->parts, SLICE_NONE };
	uint8_t digest[DIGEST_LEN];
	struct receipt receipt = { .limit = 0 };
	enum err_code code;

	if (b->sha256 != NULL) {
		digest_end(b->sha256, digest);
		upload.digest = slice_mem(digest, DIGEST_LEN);
	}
	code = resume_complete(
	    a->call->x->store, &upload, a->call->x->deadline_ms, &receipt, e);
	if (code == ERR_TOO_LARGE || code == ERR_BACKLOG || code == ERR_QUOTA)
		a->call->limit = receipt.limit;
	a->done = code == ERR_OK;
	return code;
}

/* The body has ended: is it what was announced, and what becomes of it? */
static enum err_code
conclude(struct body *b, struct err *e)
{
	struct append *a = b->to;
	struct exchange *x = a->call->x;
	enum err_code code;

	if (b->broken.code != ERR_OK && !keep_at_once(b))
		return err_set(e, b->broken.code, "%s", b->broken.text);
	if ((code = check(b, e)) != ERR_OK)
		return code;
	exchange_renew(x);
	if (a->offset == a->length)
		return complete(b, e);
	code = resume_keep(x->store, &a->id, &a->writer, a->parts, a->offset,
	    x->deadline_ms, &a->expires, e);
	if (code == ERR_OK && b->broken.code != ERR_OK)
		return err_set(e, b->broken.code, "%s", b->broken.text);
	return code;
}

static enum err_code
copy(struct body *b, struct err *e)
{
	enum err_code code;

	while (!b->end) {
		fill(b);
		if (b->len > 0 && (code = put_part(b, e)) != ERR_OK)
			return code;
	}
	return conclude(b, e);
}

static struct digest *
sum_new(enum tus_algorithm algorithm)
{
	return algorithm == TUS_SHA1   ? digest_new_sha1() :
	       algorithm == TUS_SHA256 ? digest_new() :
					 NULL;
}

enum err_code
append_body(struct append *a, struct err *e)
{
	struct body b = { .to = a, .size = PART_SIZE, .broken = ERR_INIT };
	enum err_code code;

	if ((code = fits(a, announced(&b), e)) != ERR_OK)
		return code;
	/* One byte more than announced, to see whether there is more. */
	if (announced(&b) >= 0 && announced(&b) < PART_SIZE)
		b.size = (size_t)announced(&b) + 1;
	if ((b.part = malloc(b.size)) == NULL)
		return err_set(e, ERR_INTERNAL, "no memory for a part");
	b.sum = sum_new(a->checksum.algorithm);
	b.sha256 = a->offset == 0 ? digest_new() : NULL;
	code = copy(&b, e);
	digest_free(b.sum);
	digest_free(b.sha256);
	free(b.part);
	return code;
}
