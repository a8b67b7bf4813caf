/*
 * GET /bundles/{id}/responses: all answers of a bundle in one go.
 *
 * JSON lines in the order of the bundle's: a line that has ended with what GET
 * of its response would answer (status, header fields, body); one that has
 * not, with 202.  So the n-th line is always the n-th's, and whoever was cut
 * off goes on behind the last whole line that came (?after=).  Looked up and
 * sent a piece at a time, in the memory of one piece.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/rows.h"
#include "http/json_put.h"
#include "http/ndjson.h"
#include "http/query.h"
#include "http/served.h"
#include "queue/bundle_state.h"
#include "responder/document.h"
#include "responder/ending.h"
#include "responder/resource.h"

#define LINE_LIMIT (4 * 1024 * 1024) /* 64 KiB each of fields and body */
#define OUT_SIZE 65536

struct flow {
	struct call *call;
	struct bundle_state bundle;
	struct job_ref ref;
	struct reader who;
	int32_t after;
	bool gone;	 /* nobody is listening */
	struct buf line; /* being written */
	struct buf out;	 /* lines, to be sent together */
};

static void
put_member(struct buf *b, const char *name, struct slice value)
{
	json_put_name(b, name);
	json_put_text(b, value);
}

static void
put_field(void *ctx, const char *name, struct slice value)
{
	struct buf *b = ctx;

	json_put_open(b, '[');
	json_put_text(b, slice_str(name));
	json_put_text(b, value);
	json_put_close(b, ']');
}

/* A long one is to be fetched by itself. */
static void
put_body(struct buf *b, const struct bundle_answer *a)
{
	json_put_name(b, "size");
	json_put_int(b, a->size);
	if (a->body.ptr == NULL)
		return;
	if (slice_is_text(a->body)) {
		put_member(b, "body", a->body);
		return;
	}
	json_put_name(b, "body_base64");
	buf_putc(b, '"');
	digest_base64(b, a->body.ptr, a->body.len);
	buf_putc(b, '"');
}

/* As GET of its response would have it. */
static enum err_code
put_answer(struct buf *b, const struct bundle_answer *a, struct err *e)
{
	bool theirs = slice_eq_str(a->by, "handler");
	bool passed = theirs && !ending_misleads(a->status);
	enum err_code code;

	json_put_name(b, "status");
	json_put_int(b,
	    passed ? a->status : ending_get(a->status, theirs)->problem.status);
	put_member(b, "outcome", a->outcome);
	json_put_name(b, "result");
	json_put_int(b, a->status);
	put_member(b, "by", a->by);
	if (!passed)
		return ERR_OK;
	json_put_name(b, "headers");
	json_put_open(b, '[');
	code = served_fields(
	    a->fields, a->extra_names, a->status, put_field, b, e);
	json_put_close(b, ']');
	put_body(b, a);
	return code;
}

static enum err_code
put_line(struct flow *f, const struct bundle_answer *a, struct err *e)
{
	struct buf *b = &f->line;
	char id[UUID_TEXT_LEN + 1];
	struct job_ref ref;
	enum err_code code;

	code = job_ref_make(f->call, &a->id, f->bundle.owner, &ref, e);
	if (code != ERR_OK)
		return code;
	buf_reset(b);
	json_put_open(b, '{');
	json_put_name(b, "line");
	json_put_int(b, a->line);
	put_member(b, "id", slice_str(uuid_format(&a->id, id)));
	json_put_name(b, "href");
	document_put_href(b, f->call, &ref, "/response");
	if (a->status == 0) {
		json_put_name(b, "status");
		json_put_int(b, 202);
	} else if ((code = put_answer(b, a, e)) != ERR_OK) {
		return code;
	}
	json_put_close(b, '}');
	buf_putc(b, '\n');
	if (b->failed)
		return err_set(e, ERR_INTERNAL,
		    "the answer of line %d does not fit into %d bytes", a->line,
		    LINE_LIMIT);
	return ERR_OK;
}

static void
flush(struct flow *f)
{
	if (!reply_body(&f->call->reply, buf_view(&f->out)))
		f->gone = true;
	buf_reset(&f->out);
}

/* The next piece.  *more: it had lines. */
static enum err_code
send_piece(struct flow *f, bool *more, struct err *e)
{
	struct exchange *x = f->call->x;
	struct rows *rows = NULL;
	enum err_code code;

	exchange_renew(x);
	code = bundle_answers(
	    x->store, &f->who, f->after, x->deadline_ms, &rows, e);
	if (code != ERR_OK)
		return code;
	*more = rows_count(rows) > 0;
	for (int i = 0; i < rows_count(rows) && !f->gone; i++) {
		struct bundle_answer a = bundle_answer_at(rows, i);

		if ((code = put_line(f, &a, e)) != ERR_OK)
			break;
		if (f->out.len + f->line.len > OUT_SIZE)
			flush(f);
		buf_slice(&f->out, buf_view(&f->line));
		f->after = a.line;
	}
	rows_free(rows);
	return code;
}

static enum err_code
send_lines(struct flow *f, struct err *e)
{
	struct call *c = f->call;
	bool more = true;
	enum err_code code = ERR_OK;

	reply_start(&c->reply, 200, SLICE_NONE, CACHE_DOCUMENT);
	reply_field(
	    &c->reply, "Content-Type", SLICE_LIT("application/x-ndjson"));
	reply_field(&c->reply, "Content-Security-Policy",
	    SLICE_LIT("sandbox; default-src 'none'"));
	job_ref_link(c, &f->ref);
	document_sunset_field(c, f->bundle.expires);
	if (!reply_header(&c->reply, -1) || c->reply.head)
		return ERR_OK;
	while (code == ERR_OK && more && !f->gone)
		code = send_piece(f, &more, e);
	if (code == ERR_OK && !f->gone && f->after < f->bundle.lines)
		code = err_set(e, ERR_GONE, "its jobs are kept no longer");
	flush(f);
	return code;
}

enum err_code
bundle_responses_get(struct call *c, struct err *e)
{
	struct flow f = { .call = c };
	int64_t after = 0;
	enum err_code code;

	if ((code = job_ref_read_bundle(c, &f.who, &f.ref, e)) != ERR_OK ||
	    (code = query_int(c->request.query, "after", 0, NDJSON_LINES,
		 &after, e)) != ERR_OK ||
	    (code = bundle_read(c->x->store, &f.who, c->x->deadline_ms,
		 &f.bundle, e)) != ERR_OK)
		return code;
	f.after = (int32_t)after;
	buf_init(&f.line, LINE_LIMIT);
	buf_init(&f.out, LINE_LIMIT + OUT_SIZE);
	code = send_lines(&f, e);
	buf_fini(&f.out);
	buf_fini(&f.line);
	rows_free(f.bundle.rows);
	return code;
}
