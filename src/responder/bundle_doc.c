/*
 * The document of a bundle.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/bundle_doc.h"

#include "http/etag.h"
#include "http/json_put.h"
#include "responder/document.h"

static void
put_counts(struct buf *out, const struct bundle_state *s)
{
	const struct {
		const char *name;
		int64_t count;
	} counts[] = {
		{ "accepted", s->lines - s->running - s->successful -
				  s->failed - s->dismissed },
		{ "running", s->running },
		{ "successful", s->successful },
		{ "failed", s->failed },
		{ "dismissed", s->dismissed },
	};

	json_put_name(out, "counts");
	json_put_open(out, '{');
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		json_put_name(out, counts[i].name);
		json_put_int(out, counts[i].count);
	}
	json_put_close(out, '}');
}

static void
put_minimal(struct buf *out, const struct call *c, const struct job_ref *ref,
    const struct bundle_state *s)
{
	json_put_name(out, "latest");
	json_put_time(out, s->quote.latest);
	json_put_name(out, "monitor");
	document_put_href(out, c, ref, "");
}

static void
put_full(struct buf *out, const struct call *c, const struct job_ref *ref,
    const struct bundle_state *s)
{
	json_put_name(out, "queue");
	json_put_text(out, s->queue);
	json_put_name(out, "lines");
	json_put_int(out, s->lines);
	put_counts(out, s);
	json_put_name(out, "accepted");
	json_put_time(out, s->accepted);
	json_put_name(out, "finished");
	json_put_time(out, s->finished);
	json_put_name(out, "carried_over");
	json_put_int(out, s->carried_over);
	document_put_receipt(out, s->size, s->digest);
	document_put_quote(out, &s->quote);
	json_put_name(out, "expires");
	json_put_time(out, s->expires);
	document_put_links(
	    out, c, ref, (const char *const[]) { "jobs", "responses" });
}

static void
put(struct buf *out, const struct call *c, const struct job_ref *ref,
    const struct bundle_state *s)
{
	char id[UUID_TEXT_LEN + 1];

	json_put_open(out, '{');
	json_put_name(out, "id");
	json_put_text(out, slice_str(uuid_format(&ref->id, id)));
	json_put_name(out, "status");
	json_put_text(out, s->status);
	if (c->prefer.minimal)
		put_minimal(out, c, ref, s);
	else
		put_full(out, c, ref, s);
	json_put_close(out, '}');
}

static void
put_fields(
    struct call *c, const struct job_ref *ref, const struct bundle_state *s)
{
	struct job_state like = { .status = s->status, .quote = s->quote };

	document_retry_field(
	    c, document_retry_after(&like, store_now_us(c->x->store)));
	job_ref_link(c, ref);
}

static void
send_body(
    struct call *c, const struct job_ref *ref, const struct bundle_state *s)
{
	struct buf body;

	buf_init(&body, DOCUMENT_LIMIT);
	put(&body, c, ref, s);
	document_body(c, &body);
	buf_fini(&body);
}

void
bundle_doc_send(
    struct call *c, const struct job_ref *ref, const struct bundle_state *s)
{
	put_fields(c, ref, s);
	send_body(c, ref, s);
}

void
bundle_doc_etag(
    struct buf *b, const struct call *c, const struct bundle_state *s)
{
	buf_puts(b, "W/\"");
	buf_slice(b, s->version);
	buf_printf(b, "%s\"", document_variant(c));
}

void
bundle_doc_monitor(
    struct call *c, const struct job_ref *ref, const struct bundle_state *s)
{
	struct buf etag;
	bool same;

	buf_init(&etag, 256);
	bundle_doc_etag(&etag, c, s);
	same = etag_matches(c->request.var.if_none_match, buf_view(&etag));
	reply_start(&c->reply, same ? 304 : 200, SLICE_NONE, CACHE_DOCUMENT);
	reply_field(&c->reply, "ETag", buf_view(&etag));
	document_sunset_field(c, s->expires);
	put_fields(c, ref, s);
	buf_fini(&etag);
	if (same) {
		reply_send_empty(&c->reply);
		return;
	}
	document_preference_field(c, false, true);
	send_body(c, ref, s);
}
