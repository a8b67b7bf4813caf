/*
 * The header fields that documents have in common, and the ways to send one.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"
#include "http/etag.h"
#include "responder/document.h"
#include "responder/page.h"

#define SECOND_US INT64_C(1000000)
#define RETRY_MAX_S 3600
#define RETRY_MIN_S 5
#define RETRY_NO_HISTORY_S 60
#define RETRY_RUNNING_S 10

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
