/*
 * The documents.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/document.h"

#include "base/clock.h"
#include "http/json_put.h"

static void
put_member(struct buf *out, const char *name, struct slice value)
{
	json_put_name(out, name);
	json_put_text(out, value);
}

static void
put_instant(struct buf *out, const char *name, int64_t us)
{
	json_put_name(out, name);
	json_put_time(out, us);
}

void
document_put_href(struct buf *out, const struct call *c,
    const struct job_ref *ref, const char *suffix)
{
	buf_putc(out, '"');
	buf_slice(out, buf_view(&c->base));
	buf_puts(out, ref->path);
	buf_puts(out, suffix);
	buf_putc(out, '"');
}

void
document_put_quote(struct buf *out, const struct quote *q)
{
	json_put_name(out, "quote");
	json_put_open(out, '{');
	put_instant(out, "earliest", q->earliest);
	put_instant(out, "likely", q->likely);
	put_instant(out, "latest", q->latest);
	json_put_name(out, "ahead");
	json_put_int(out, q->ahead);
	json_put_name(out, "fits");
	json_put_bool(out, q->fits);
	put_member(out, "basis", slice_str(q->basis));
	json_put_close(out, '}');
}

static void
put_outcome(struct buf *out, const struct job_state *s)
{
	json_put_name(out, "outcome");
	if (s->outcome_status == 0) {
		json_put_text(out, SLICE_NONE);
		return;
	}
	json_put_open(out, '{');
	json_put_name(out, "status");
	json_put_int(out, s->outcome_status);
	put_member(out, "reason", s->outcome_reason);
	put_member(out, "by", s->outcome_by);
	json_put_close(out, '}');
}

void
document_put_receipt(struct buf *out, int64_t size, struct slice digest)
{
	json_put_name(out, "size");
	json_put_int(out, size);
	json_put_name(out, "digest");
	if (digest.ptr == NULL) {
		json_put_text(out, SLICE_NONE);
		return;
	}
	buf_puts(out, "\"sha-256=:");
	digest_base64(out, digest.ptr, digest.len);
	buf_puts(out, ":\"");
}

static void
put_link(struct buf *out, const struct call *c, const struct job_ref *ref,
    const char *rel, const char *slash, const char *suffix)
{
	json_put_open(out, '{');
	put_member(out, "rel", slice_str(rel));
	json_put_name(out, "href");
	buf_putc(out, '"');
	buf_slice(out, buf_view(&c->base));
	buf_puts(out, ref->path);
	buf_puts(out, slash);
	buf_puts(out, suffix);
	buf_putc(out, '"');
	json_put_close(out, '}');
}

void
document_put_links(struct buf *out, const struct call *c,
    const struct job_ref *ref, const char *const below[2])
{
	json_put_name(out, "links");
	json_put_open(out, '[');
	put_link(out, c, ref, "monitor", "", "");
	for (int i = 0; i < 2; i++)
		put_link(out, c, ref, below[i], "/", below[i]);
	json_put_close(out, ']');
}

void
document_put_ending(struct buf *out, int64_t finished, int status)
{
	put_instant(out, "finished", finished);
	json_put_name(out, "outcome");
	if (status == 0) {
		json_put_text(out, SLICE_NONE);
		return;
	}
	json_put_open(out, '{');
	json_put_name(out, "status");
	json_put_int(out, status);
	json_put_close(out, '}');
}

static void
put_minimal(struct buf *out, const struct call *c, const struct job_ref *ref,
    const struct job_state *s)
{
	put_member(out, "status", s->status);
	put_instant(out, "latest", s->quote.latest);
	json_put_name(out, "monitor");
	document_put_href(out, c, ref, "");
}

static void
put_full(struct buf *out, const struct call *c, const struct job_ref *ref,
    const struct job_state *s)
{
	put_member(out, "queue", s->queue);
	put_member(out, "status", s->status);
	json_put_name(out, "attempt");
	json_put_int(out, s->attempt);
	put_instant(out, "accepted", s->accepted);
	put_instant(out, "started", s->started);
	put_instant(out, "finished", s->finished);
	put_member(out, "progress", s->progress);
	put_member(out, "message", s->message);
	json_put_name(out, "carried_over");
	json_put_int(out, s->carried_over);
	document_put_receipt(out, s->size, s->digest);
	document_put_quote(out, &s->quote);
	put_outcome(out, s);
	put_instant(out, "expires", s->expires);
	document_put_links(
	    out, c, ref, (const char *const[]) { "response", "request" });
}

void
document_put(struct buf *out, const struct call *c, const struct job_ref *ref,
    const struct job_state *s)
{
	char id[UUID_TEXT_LEN + 1];

	json_put_open(out, '{');
	put_member(out, "id", slice_str(uuid_format(&ref->id, id)));
	if (c->prefer.minimal)
		put_minimal(out, c, ref, s);
	else
		put_full(out, c, ref, s);
	json_put_close(out, '}');
}

struct job_state
document_state(const struct receipt *r, struct slice queue)
{
	return (struct job_state) {
		.queue = queue,
		.status = slice_str(r->status),
		.version = slice_str(r->version),
		.progress = SLICE_NONE,
		.message = SLICE_NONE,
		.accepted = r->accepted,
		.started = TIME_NONE,
		.finished = TIME_NONE,
		.expires = TIME_NONE,
		.size = r->size,
		.digest =
		    r->digested ? slice_mem(r->digest, DIGEST_LEN) : SLICE_NONE,
		.quote = r->quote,
	};
}
