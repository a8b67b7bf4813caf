/*
 * The documents.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/document.h"

#include "base/clock.h"
#include "http/etag.h"
#include "http/json_put.h"
#include "responder/page.h"

#define SECOND_US INT64_C(1000000)
#define RETRY_MAX_S 3600
#define RETRY_MIN_S 5
#define RETRY_NO_HISTORY_S 60
#define RETRY_RUNNING_S 10

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

/* 80 to 120 %: those who were told the same do not come back at once. */
static int
jitter(int64_t seconds)
{
	uint16_t random;

	digest_random(&random, sizeof(random));
	seconds = seconds * (800 + random % 401) / 1000;
	return seconds < RETRY_MIN_S ? RETRY_MIN_S : (int)seconds;
}

int
document_retry_after(const struct job_state *s, int64_t now_us)
{
	int64_t wait;

	if (slice_eq_str(s->status, "running"))
		return jitter(RETRY_RUNNING_S);
	if (!slice_eq_str(s->status, "accepted"))
		return 0;
	if (s->quote.earliest == TIME_NONE)
		return jitter(RETRY_NO_HISTORY_S);
	if (s->quote.earliest <= now_us)
		return RETRY_MIN_S;
	wait = (s->quote.earliest - now_us) / SECOND_US;
	return jitter(wait < RETRY_MAX_S ? wait : RETRY_MAX_S);
}

void
document_retry_field(struct call *c, int seconds)
{
	c->retry_s = seconds;
	if (seconds == 0)
		return;
	buf_printf(reply_open_field(&c->reply, "Retry-After"), "%d", seconds);
	reply_close_field(&c->reply);
}

void
document_sunset_field(struct call *c, int64_t expires)
{
	char text[TIME_TEXT_SIZE];

	if (expires != TIME_NONE)
		reply_field(
		    &c->reply, "Sunset", slice_str(time_http(expires, text)));
}

void
document_preference_field(struct call *c, bool respond_async, bool minimal)
{
	bool async = respond_async && c->prefer.respond_async;

	minimal = minimal && c->prefer.minimal;
	if (!async && !minimal)
		return;
	buf_printf(reply_open_field(&c->reply, "Preference-Applied"), "%s%s%s",
	    async ? "respond-async" : "", async && minimal ? ", " : "",
	    minimal ? "return=minimal" : "");
	reply_close_field(&c->reply);
}

static void
send_as(struct call *c, const char *type, const struct buf *body)
{
	if (c->media != MEDIA_HTML || !page_send(c, buf_view(body)))
		reply_send(&c->reply, type, buf_view(body));
}

void
document_body(struct call *c, const struct buf *body)
{
	send_as(c, "application/json", body);
}

void
document_problem(struct call *c, const struct buf *body)
{
	send_as(c, "application/problem+json", body);
}

const char *
document_variant(const struct call *c)
{
	if (c->media == MEDIA_HTML)
		return "-h" ND_VERSION; /* a newer program's has other words */
	return c->prefer.minimal ? "-m" : "";
}

enum err_code
document_send(struct call *c, const struct buf *body, struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	struct buf b;
	bool same;

	if (body->failed)
		return err_set(
		    e, ERR_INTERNAL, "a document over %zu bytes", body->limit);
	digest_sha256(buf_view(body), digest);
	buf_init(&b, 64);
	buf_puts(&b, "W/\"");
	digest_base64url(&b, digest, 12);
	buf_printf(&b, "%s\"", document_variant(c));
	same = etag_matches(c->request.var.if_none_match, buf_view(&b));
	reply_start(&c->reply, same ? 304 : 200, SLICE_NONE, CACHE_DOCUMENT);
	reply_field(&c->reply, "ETag", buf_view(&b));
	buf_fini(&b);
	if (c->next.len > 0) {
		struct buf *link = reply_open_field(&c->reply, "Link");

		buf_putc(link, '<');
		buf_slice(link, c->next);
		buf_puts(link, ">; rel=\"next\"");
		reply_close_field(&c->reply);
	}
	if (same)
		reply_send_empty(&c->reply);
	else
		document_body(c, body);
	return ERR_OK;
}
